import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { within } from "../conformance/within.js";
import type { Server } from "./server.js";

type Kind = Frame["kind"];

/** An open event stream. It keeps the frames that it received. */
export class EventStream {
  readonly frames: Frame[] = [];
  /** The `n` of all ticks. */
  readonly numbers: number[] = [];
  /** Whether the body goes on, has ended as HTTP requires, or was cut. */
  state: "open" | "ended" | "cut" = "open";
  readonly #leaving: AbortController;
  readonly #decoder = createFrameDecoder((frame) => this.#take(frame));
  #gate = Promise.resolve();
  #resume = () => {};
  #check = () => {};

  private constructor(body: ReadableStream<Uint8Array>, leaving: AbortController) {
    this.#leaving = leaving;
    void this.#read(body.getReader()).then((state) => {
      this.state = state;
      this.#check();
    });
  }

  static async open(server: Server, path: string, init: RequestInit = {}): Promise<EventStream> {
    const leaving = new AbortController();
    const answer = await server.ask(path, { ...init, signal: leaving.signal });
    if (answer.status !== 200 || !answer.body) throw new Error(`${answer.status}: ${await answer.text()}`);
    return new EventStream(answer.body, leaving);
  }

  /** The subscription `watch`, when it is live. */
  static async watch(server: Server, id: string, cursor?: string): Promise<EventStream> {
    const headers: Record<string, string> = cursor === undefined ? {} : { "last-event-id": cursor };
    const stream = await EventStream.open(server, watchPath(id), { headers });
    await stream.has("live");
    return stream;
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<"ended" | "cut"> {
    for (;;) {
      await this.#gate;
      const chunk = await reader.read().catch(() => undefined);
      if (!chunk) return "cut";
      if (chunk.done) return "ended";
      this.#decoder.push(chunk.value);
    }
  }

  #take(frame: Frame): void {
    this.frames.push(frame);
    if (frame.kind === "event" && frame.type === "tick") this.numbers.push(JSON.parse(frame.data).n);
    this.#check();
  }

  /** Stops reading, but for what is on its way. */
  pause(): void {
    this.#gate = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume();
  }

  leave(): void {
    this.#leaving.abort();
  }

  /** The id of its last frame that has one. */
  get cursor(): string {
    return this.frames.flatMap((frame) => ("id" in frame && frame.id ? [frame.id] : [])).at(-1) ?? "";
  }

  /** Waits for a frame. */
  async has<K extends Kind>(kind: K, lane?: number): Promise<Extract<Frame, { kind: K }>> {
    const isIt = (frame: Frame): frame is Extract<Frame, { kind: K }> =>
      frame.kind === kind && (lane === undefined || ("lane" in frame && frame.lane === lane));
    await this.until(() => this.frames.some(isIt), `a frame of kind ${kind}`);
    return this.frames.find(isIt) as Extract<Frame, { kind: K }>;
  }

  received = (count: number) => this.until(() => this.numbers.length >= count, `${count} events`);

  ended = () => this.until(() => this.state === "ended", "the end of the body");

  private until(condition: () => boolean, what: string): Promise<void> {
    const seen = () => JSON.stringify(this.frames.slice(-20)).slice(0, 2_000);
    const met = new Promise<void>((resolve, reject) => {
      this.#check = () => {
        if (condition()) resolve();
        else if (this.state !== "open") reject(new Error(`The stream was ${this.state} before ${what}: ${seen()}`));
      };
      this.#check();
    });
    return within(met, () => `Waited in vain for ${what}: ${seen()}`);
  }
}

export const watchPath = (id: string): string => `watch?input=${encodeURIComponent(JSON.stringify({ id }))}`;
