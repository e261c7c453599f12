import { SluiceError } from "@sluice/contract";
import type { Limits } from "../options/limits.js";
import { aboutToStop } from "../procedure/about-to-stop.js";
import type { EventStream } from "../stream/event-stream.js";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import { NewTopics } from "./new-topics.js";
import { Opening } from "./opening.js";
import { Tally } from "./tally.js";

/** The client as `identify` names it, and the lifetime of its stream. */
interface StreamOwner {
  readonly client: string | undefined;
  readonly lifetime: Lifetime;
}

type AdmissionLimits = Pick<
  Limits,
  "streams" | "streamsPerClient" | "subscriptions" | "subscriptionsPerClient" | "newTopicsPerClient"
>;

/** Decides who may open a stream, and tracks the open ones. */
export class Admission {
  /** Open streams. A stream removes itself when it ends. */
  readonly streams = new Set<EventStream>();
  /** Streams that are being opened: neither refused nor open yet. */
  readonly openings = new Set<Opening>();
  /** Open streams per identified client. */
  readonly clients = new Tally();
  /** Lanes of multiplexed streams. */
  lanes = 0;
  readonly #onLaneEnd: EndListener = { onEnd: () => void this.lanes-- };
  /** The same, per identified client. */
  readonly lanesOfClients = new Tally();
  readonly #limits: AdmissionLimits;
  readonly #newTopics: NewTopics;
  /** Set by `drain()`: no new stream is admitted. */
  isClosed = false;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#newTopics = new NewTopics(limits.newTopicsPerClient);
  }

  /**
   * Starts an opening: it lasts from the first look at a request until its stream is open or refused. The caller must
   * remove it from `openings`.
   */
  begin(): Opening {
    const opening = new Opening();
    this.openings.add(opening);
    return opening;
  }

  /** @throws SluiceError `unavailable` if the server drains. */
  assertOpen(): void {
    if (this.isClosed) throw aboutToStop();
  }

  /** @throws SluiceError `unavailable` or `tooManyRequests` if another stream would exceed a limit. */
  assertRoom(client: string | undefined): void {
    this.assertOpen();
    if (this.streams.size >= this.#limits.streams) {
      throw new SluiceError("unavailable", { message: "Too many open streams", retryAfter: 5_000 });
    }
    if (client !== undefined && this.clients.of(client) >= this.#limits.streamsPerClient) {
      throw new SluiceError("tooManyRequests", { message: "Too many open streams of this client", retryAfter: 5_000 });
    }
  }

  /** @throws SluiceError `tooManyRequests` if this client opened too many topics that have no other subscriber. */
  countNewTopic(client: string | undefined, now: number): void {
    if (client !== undefined) this.#newTopics.count(client, now);
  }

  /** Counts a client's stream while it is open. */
  admit(stream: EventStream, { client, lifetime }: StreamOwner): void {
    this.streams.add(stream);
    if (client !== undefined) this.clients.count(client, lifetime);
  }

  /**
   * Counts a lane of a multiplexed stream, from before it is opened until its end.
   *
   * @throws SluiceError `unavailable` if the server drains or has too many, `tooManyRequests` if the client has.
   */
  admitLane({ client, lifetime }: StreamOwner): void {
    this.assertOpen();
    const { subscriptions, subscriptionsPerClient } = this.#limits;
    if (this.lanes >= subscriptions)
      throw new SluiceError("unavailable", { message: "Too many subscriptions", retryAfter: 5_000 });
    if (client !== undefined && this.lanesOfClients.of(client) >= subscriptionsPerClient)
      throw new SluiceError("tooManyRequests", { message: "Too many subscriptions of this client", retryAfter: 5_000 });
    this.lanes++;
    lifetime.watch(this.#onLaneEnd);
    if (client !== undefined) this.lanesOfClients.count(client, lifetime);
  }
}
