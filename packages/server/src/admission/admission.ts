import { SluiceError } from "@sluice/contract";
import type { Limits } from "../options/limits.js";
import { aboutToStop } from "../procedure/about-to-stop.js";
import type { EventStream } from "../stream/event-stream.js";
import type { Lifetime } from "../time/lifetime.js";
import { NewTopics } from "./new-topics.js";
import { Opening } from "./opening.js";

/** Whose stream it is to be, if `identify` says so, and for how long. */
interface Guest {
  readonly client: string | undefined;
  readonly lifetime: Lifetime;
}

type AdmissionLimits = Pick<Limits, "connections" | "connectionsPerClient" | "newTopicsPerClient">;

/** Decides who may open a stream, and knows which are open. */
export class Admission {
  /** Open streams of clients. A stream takes itself out when it ends. */
  readonly streams = new Set<EventStream>();
  /** Open streams of this process's own: no limit counts them, and no drain waits for them. */
  readonly locals = new Set<EventStream>();
  /** Streams that are neither refused nor open yet. */
  readonly openings = new Set<Opening>();
  /** How many streams each identified client has open. */
  readonly clients = new Map<string, number>();
  readonly #limits: AdmissionLimits;
  readonly #newTopics: NewTopics;
  /** The server is about to stop: nobody else is let in. */
  isClosed = false;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#newTopics = new NewTopics(limits.newTopicsPerClient);
  }

  /** From the first look at a request until its stream is open or refused; to be given back by `openings.delete`. */
  begin(): Opening {
    const opening = new Opening();
    this.openings.add(opening);
    return opening;
  }

  /** @throws SluiceError `unavailable`, `tooManyRequests`, where there is no room for another stream. */
  assertRoom(client: string | undefined): void {
    if (this.isClosed) throw aboutToStop();
    if (this.streams.size >= this.#limits.connections) {
      throw new SluiceError("unavailable", { message: "Too many open streams", retryAfter: 5_000 });
    }
    if (client !== undefined && (this.clients.get(client) ?? 0) >= this.#limits.connectionsPerClient) {
      throw new SluiceError("tooManyRequests", { message: "Too many open streams of this client", retryAfter: 5_000 });
    }
  }

  /** @throws SluiceError `tooManyRequests` if this client has opened too many topics that nobody else follows. */
  countNewTopic(client: string | undefined, now: number): void {
    if (client !== undefined) this.#newTopics.count(client, now);
  }

  /** Counts a client's stream for as long as it is open. */
  admit(stream: EventStream, { client, lifetime }: Guest): void {
    this.streams.add(stream);
    if (client === undefined) return;
    this.clients.set(client, (this.clients.get(client) ?? 0) + 1);
    lifetime.watch({ onEnd: () => this.#uncount(client) });
  }

  #uncount(client: string): void {
    const rest = (this.clients.get(client) ?? 1) - 1;
    if (rest > 0) this.clients.set(client, rest);
    else this.clients.delete(client);
  }
}
