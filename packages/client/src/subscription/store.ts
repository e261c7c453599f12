import type { AnySubscription, ErrorOf, EventOf, SluiceError, StateOf } from "@sluice/contract";
import { guarded } from "../platform/report.js";
import type { Connection } from "../transport/connection-state.js";
import type { KnownState } from "./fold.js";
import type { AnyHandlers } from "./subscribers.js";

/**
 * A subscription at a moment: a union by `status`. Of a store it is immutable, and the same object until something
 * changes; a hook's notes which parts a component reads.
 */
export type SubscriptionSnapshot<Data, Failure, Ended = undefined> = {
  /** The connection. In a hook's it changes together with `data`, at most once per animation frame. */
  readonly connection: Connection;
} & (
  | { readonly status: "pending"; readonly data: undefined; readonly error: null }
  | { readonly status: "success"; readonly data: Data; readonly error: null }
  /** It has ended without an error: nothing more comes. `data` is the last there was. */
  | { readonly status: "ended"; readonly data: Data | Ended; readonly error: null }
  /**
   * A final error. `data` is the last there was, unless a gap has emptied a hook's list or fold. Mounting or invalidating
   * a hook's view tries again.
   */
  | { readonly status: "error"; readonly data: Data | undefined; readonly error: Failure }
);

/** A subscription as a store, of the shape that `useSyncExternalStore`, signals and Svelte take. */
export interface SubscriptionStore<Data, Failure> {
  /** What is known now. Without a listener nothing is open: then it is what another subscriber has, or `pending`. */
  get(): SubscriptionSnapshot<Data, Failure>;
  /**
   * Calls the listener at once and after every change, until the returned function is called or `signal` aborts. The
   * subscription is open while there is a listener, and for the client's `linger` after.
   *
   * @param options an object; a function, which Svelte passes here, has no effect.
   */
  subscribe(
    listener: (snapshot: SubscriptionSnapshot<Data, Failure>) => void,
    options?: { readonly signal?: AbortSignal } & object,
  ): () => void;
}

/** What a store shows: the state, if the contract declares one, else the latest event. */
export type StoreOf<P extends AnySubscription> = SubscriptionStore<
  [StateOf<P>] extends [never] ? EventOf<P> : StateOf<P>,
  ErrorOf<P>
>;

type AnySnapshot = SubscriptionSnapshot<unknown, SluiceError>;

/** What a store needs of a subscription. */
export interface StoreSource {
  readonly connection: Connection;
  /** The state, if the contract declares one, else the latest event. */
  readonly shown: KnownState;
  readonly outcome: { readonly error: SluiceError | undefined } | undefined;
  subscribe(handlers: AnyHandlers & { readonly signal: AbortSignal | undefined }): () => void;
}

export function createStore(source: StoreSource): SubscriptionStore<unknown, SluiceError> {
  let snapshot: AnySnapshot | undefined;

  function get(): AnySnapshot {
    const { connection, outcome } = source;
    const { known, value } = source.shown;
    const data = known ? value : undefined;
    const error = outcome?.error ?? null;
    const status = error ? "error" : outcome ? "ended" : known ? "success" : "pending";
    const isSame =
      snapshot?.connection === connection &&
      snapshot.status === status &&
      snapshot.error === error &&
      Object.is(snapshot.data, data);
    if (!isSame) snapshot = Object.freeze({ status, data, error, connection }) as AnySnapshot;
    return snapshot as AnySnapshot;
  }

  return {
    get,
    subscribe(listener, { signal } = {}) {
      let told: AnySnapshot | undefined;
      const tell = (): void => {
        const now = get();
        if (now === told) return;
        told = now;
        guarded(listener, now);
      };
      const stop = source.subscribe({
        onState: tell,
        onEvent: tell,
        onConnection: tell,
        onError: tell,
        onEnd: tell,
        signal,
      });
      if (!signal?.aborted) tell();
      return stop;
    },
  };
}
