import { type AnySubscription, SluiceError } from "@sluice/contract";
import type { Reset } from "../subscription/handlers.js";
import type { SharedSubscription } from "../subscription/shared-subscription.js";
import type { Connection } from "../transport/connection-state.js";
import { type Reducer, reducerOf } from "./reducer.js";
import type { AnyEvent, ViewSource } from "./view.js";

/** Who a feed tells. */
export interface FeedListener {
  /** Data, connection or outcome changed. */
  changed(): void;
  event(event: AnyEvent): void;
  reset(reset: Reset): void;
  /** The subscription was over, and somebody started it over. This feed stays what it was. */
  revived(): void;
}

type Outcome = "open" | "ended" | { readonly error: SluiceError };

/**
 * One life of a view, from subscribing to unsubscribing. Starting over is a new feed, so nothing that was gathered before
 * is ever joined to what comes after a gap.
 */
export class Feed {
  readonly #shared: SharedSubscription<AnySubscription>;
  readonly #reducer: Reducer;
  readonly #listener: FeedListener;
  readonly #unsubscribe: () => void;
  #outcome: Outcome = "open";
  #lastConnection: Connection | undefined;
  #wasLive = false;
  isClosed = false;

  /** @param awaitsFresh whether the state that is known already is passed over, because a fresh one is on its way. */
  constructor({ internals, input, kind }: ViewSource, listener: FeedListener, awaitsFresh: boolean) {
    let passesOver = awaitsFresh;
    this.#reducer = reducerOf(kind);
    this.#listener = listener;
    this.#shared = internals.shared(input);
    this.#unsubscribe = this.#shared.subscribe({
      onEvent: (event) => this.#onEvent(event),
      onConnection: (connection) => this.#onConnection(connection),
      onReset: (reset) => this.#onReset(reset),
      onError: (error) => this.#finish({ error }),
      onEnd: () => this.#finish("ended"),
      ...(kind.view === "state" && { onState: (state) => passesOver || this.#onState(state) }),
    });
    passesOver = false;
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  get connection(): Connection {
    return this.#lastConnection ?? this.#shared.connection;
  }

  /** Whether it has been live: to wait for more is to wait for an event. */
  get wasLive(): boolean {
    return this.#wasLive;
  }

  /** Whether there is data to show. */
  get ready(): boolean {
    return this.#reducer.known && (!this.#reducer.startsEmpty || this.#wasLive || this.#outcome === "ended");
  }

  get data(): unknown {
    return this.#reducer.read();
  }

  /** Takes the position anew, without tearing down what is shown. What is over starts over, for all its views. */
  async resync(): Promise<void> {
    // A failure is told to every subscriber; here it only ends the wait.
    await this.#shared.resync().catch(() => {});
  }

  close(): void {
    this.isClosed = true;
    this.#unsubscribe();
  }

  #onEvent(event: AnyEvent): void {
    if (this.#outcome !== "open") return;
    try {
      this.#reducer.event(event);
    } catch (error) {
      // Of this view alone: the subscription goes on for others.
      this.close();
      this.#finish({ error: SluiceError.from(error) });
      return;
    }
    this.#listener.event(event);
    this.#listener.changed();
  }

  #onState(state: unknown): void {
    this.#reducer.state(state);
    this.#listener.changed();
  }

  #onConnection(connection: Connection): void {
    if (this.#outcome !== "open") {
      if (connection.state !== "closed") this.#listener.revived();
      return;
    }
    this.#wasLive ||= connection.state === "live";
    this.#listener.changed();
  }

  #onReset(reset: Reset): void {
    this.#reducer.reset();
    this.#listener.reset(reset);
    this.#listener.changed();
  }

  #finish(outcome: Outcome): void {
    if (this.#outcome !== "open") return;
    this.#lastConnection = this.#shared.connection;
    this.#outcome = outcome;
    this.#listener.changed();
  }
}
