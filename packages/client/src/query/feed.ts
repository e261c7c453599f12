import { SluiceError } from "@sluice/contract";
import type { Reset } from "../subscription/handlers.js";
import type { Connection } from "../transport/connection-state.js";
import { reducerOf } from "./reducer.js";
import type { AnyEvent, ViewSource } from "./view.js";

export interface FeedListener {
  /** Data, connection or outcome changed. */
  changed(): void;
  event(event: AnyEvent): void;
  reset(reset: Reset): void;
  /** The subscription was over and has been restarted. This feed stays over. */
  revived(): void;
}

type Outcome = "open" | "ended" | { readonly error: SluiceError };

/**
 * A view's data from subscribing to unsubscribing. A restart is a new feed, so that data from before a gap is never
 * joined to data from after it.
 */
export interface Feed {
  readonly outcome: Outcome;
  readonly isClosed: boolean;
  readonly connection: Connection;
  /** Whether it has been live. If so, only an event can bring data. */
  readonly wasLive: boolean;
  /** Whether there is data to show. */
  readonly ready: boolean;
  readonly data: unknown;
  /** Asks for a fresh snapshot; the data stays until then. Restarts a subscription that is over, for all its views. */
  resync(): Promise<void>;
  close(): void;
}

/** @param awaitsFresh whether to skip the state that is known already, as a fresh one is on its way. */
export function createFeed({ internals, input, kind }: ViewSource, listener: FeedListener, awaitsFresh: boolean): Feed {
  const reducer = reducerOf(kind);
  const shared = internals.shared(input);
  let outcome: Outcome = "open";
  let lastConnection: Connection | undefined;
  let wasLive = false;
  let isClosed = false;
  let passesOver = awaitsFresh;

  function close(): void {
    isClosed = true;
    unsubscribe();
  }

  function finish(how: Outcome): void {
    if (outcome !== "open") return;
    lastConnection = shared.connection;
    outcome = how;
    listener.changed();
  }

  const unsubscribe = shared.subscribe({
    onEvent(event) {
      if (outcome !== "open") return;
      try {
        reducer.event(event);
      } catch (error) {
        // Only this view fails; the subscription goes on for others.
        close();
        return finish({ error: SluiceError.from(error) });
      }
      listener.event(event);
      listener.changed();
    },
    onConnection({ status }) {
      if (outcome !== "open") {
        if (status !== "closed") listener.revived();
        return;
      }
      wasLive ||= status === "live";
      listener.changed();
    },
    onReset(reset) {
      reducer.reset();
      listener.reset(reset);
      listener.changed();
    },
    onError: (error) => finish({ error }),
    onEnd: () => finish("ended"),
    ...(kind.view === "state" && {
      onState(state) {
        if (passesOver) return;
        reducer.state(state);
        listener.changed();
      },
    }),
  });
  passesOver = false;

  return {
    get outcome() {
      return outcome;
    },
    get isClosed() {
      return isClosed;
    },
    get connection() {
      return lastConnection ?? shared.connection;
    },
    get wasLive() {
      return wasLive;
    },
    get ready() {
      return reducer.known ?? (wasLive || outcome === "ended");
    },
    get data() {
      return reducer.read();
    },
    // `onError` reports a failure; here it only ends the wait.
    resync: () => shared.resync().catch(() => {}),
    close,
  };
}
