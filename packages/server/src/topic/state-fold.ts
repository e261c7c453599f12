import {
  type AnySubscription,
  type EventSchemas,
  type Schema,
  SluiceError,
  type StateDefinition,
} from "@sluice/contract";
import {
  checkJson,
  coderOf,
  createFoldStep,
  type EncodedJson,
  encodeJson,
  type FoldStep,
  isErrorNamed,
} from "@sluice/contract/internal";
import type { LogEvent } from "@sluice/log";

/** An event in the code's types. */
export interface TypedEvent {
  readonly type: string;
  readonly data: unknown;
}

type AnyState = StateDefinition<EventSchemas, Schema>;

/** @throws TypeError if the subscription declares no state. */
export function stateOf({ path, state }: AnySubscription): AnyState {
  if (!state) throw new TypeError(`"${path}" declares no state.`);
  return state as AnyState;
}

/** Folds a subscription's events into its state, by the contract's `apply`. Every failure is a `contractMismatch`. */
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

  /** Whether all states so far are frozen, so that a failed step cannot have changed one. */
  get isFrozen(): boolean {
    return !this.#step.hasUnfrozen;
  }

  /**
   * The state of a topic without events. It is decoded for each topic: parts that cannot be frozen must not be shared.
   */
  initial(): { readonly value: unknown; readonly json: string } {
    const { json, read } = this.encode(this.#state.initial);
    return { value: this.#step.adopt(read()), json };
  }

  /** Decodes a saved state. */
  decode(wire: unknown): unknown {
    return this.adopt(coderOf(this.#state.schema).decode(wire));
  }

  /** Takes over a state that no other code refers to. */
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

  /** Checks that a state can be sent; without encoding it, where that is possible. */
  check(state: unknown, last: string): void {
    try {
      checkJson(this.#state.schema, state);
    } catch (cause) {
      throw this.#unfitting(`An event "${last}" of "${this.#procedure.path}" folds into`, cause);
    }
  }

  /** Decodes an event of the log. */
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

  /** @param event no other code may change its data: it is frozen, and may become part of the state */
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

  /** Clients see the message, so it must not contain the topic's name (PROTOCOL §6.4). */
  #mismatch(type: string, cause: unknown): SluiceError {
    const { path } = this.#procedure;
    const message = isErrorNamed(cause, "ChangedInPlaceError")
      ? cause.message
      : `An event "${type}" of "${path}" does not fold into its state`;
    return new SluiceError("contractMismatch", { message, cause });
  }
}
