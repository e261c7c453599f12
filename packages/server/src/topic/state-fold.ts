import {
  type AnySubscription,
  checkJson,
  coderOf,
  createFoldStep,
  type EncodedJson,
  type EventSchemas,
  encodeJson,
  type FoldStep,
  isErrorNamed,
  type Schema,
  SluiceError,
  type StateDefinition,
} from "@sluice/contract";
import type { LogEvent } from "@sluice/log";

/** An event as code sees it. */
export interface TypedEvent {
  readonly type: string;
  readonly data: unknown;
}

type AnyState = StateDefinition<EventSchemas, Schema>;

/** The state that a subscription declares; asking one that declares none is a mistake. */
export function stateOf({ path, state }: AnySubscription): AnyState {
  if (!state) throw new TypeError(`"${path}" declares no state.`);
  return state as AnyState;
}

/** How a subscription's events fold into its state: the contract's `apply`, whose every failure is a `contractMismatch`. */
export class StateFold {
  readonly #procedure: AnySubscription;
  readonly #state: AnyState;
  readonly #step: FoldStep;

  constructor(procedure: AnySubscription) {
    this.#procedure = procedure;
    this.#state = stateOf(procedure);
    const { encode: encodeState } = coderOf(this.#state.schema);
    this.#step = createFoldStep({ path: procedure.path, encodeState });
  }

  /** Whether a state is as it was, whatever became of the steps from it. */
  get isFrozen(): boolean {
    return !this.#step.hasUnfrozen;
  }

  /** The state of a topic without events: what can't be frozen in it is this topic's own. */
  initial(): { readonly value: unknown; readonly json: string } {
    const { json, read } = this.encode(this.#state.initial);
    return { value: this.#step.adopt(read()), json };
  }

  /** A state that was saved. */
  decode(wire: unknown): unknown {
    return this.adopt(coderOf(this.#state.schema).decode(wire));
  }

  /** A state that nobody else has. */
  adopt(state: unknown): unknown {
    return this.#step.adopt(state);
  }

  encode(state: unknown): EncodedJson {
    let cause: unknown = new Error("it is undefined");
    try {
      const encoded = encodeJson(this.#state.schema, state);
      if (encoded) return encoded;
    } catch (error) {
      cause = error;
    }
    throw this.#unfitting(`"${this.#procedure.path}" has`, cause);
  }

  /** Looks whether a state can be sent, and doesn't make its text where that can be told without. */
  check(state: unknown, last: string): void {
    try {
      checkJson(this.#state.schema, state);
    } catch (cause) {
      throw this.#unfitting(`An event "${last}" of "${this.#procedure.path}" folds into`, cause);
    }
  }

  /** Reads an event of the log. */
  read({ type, data }: LogEvent): TypedEvent {
    const { events } = this.#procedure;
    const schema = Object.hasOwn(events, type) ? events[type] : undefined;
    if (!schema) throw this.#mismatch(type, new Error("no such event in the contract"));
    try {
      return { type, data: coderOf(schema).decode(JSON.parse(data)) };
    } catch (cause) {
      throw this.#mismatch(type, cause);
    }
  }

  /** @param event whose data nobody else will change: it is frozen, and may become a part of the state. */
  apply(state: unknown, { type, data }: TypedEvent): unknown {
    const apply = Object.hasOwn(this.#state.apply, type) ? this.#state.apply[type] : undefined;
    if (!apply) return state;
    try {
      return this.#step.run(type, apply, state, this.#step.adopt(data));
    } catch (cause) {
      throw this.#mismatch(type, cause);
    }
  }

  #unfitting(what: string, cause: unknown): SluiceError {
    return new SluiceError("contractMismatch", { message: `${what} a state that does not fit its schema`, cause });
  }

  /** Clients see the message, and a topic's name is not for them (PROTOCOL §6.4). */
  #mismatch(type: string, cause: unknown): SluiceError {
    const { path } = this.#procedure;
    const message = isErrorNamed(cause, "ChangedInPlaceError")
      ? cause.message
      : `An event "${type}" of "${path}" does not fold into its state`;
    return new SluiceError("contractMismatch", { message, cause });
  }
}
