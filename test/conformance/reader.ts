import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { onTestFinished } from "vitest";
import { within } from "./within.js";

export interface OpenOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in the query, as JSON. */
  readonly input?: unknown;
  /** Sent as `?lastEventId=`. */
  readonly lastEventId?: string;
  /** Sent as JSON in a POST. */
  readonly body?: unknown;
  /** Sent unchanged in a POST. Its only content type is the one in `headers`. */
  readonly text?: string | Uint8Array;
}

/** A subscriber over its own socket. It keeps everything that it received. */
export class Reader {
  readonly frames: Frame[] = [];
  readonly response: IncomingMessage;
  readonly #request: ClientRequest;
  #text = "";
  #over = false;
  readonly #checks = new Set<() => void>();

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.response = response;
    const decoder = createFrameDecoder((frame) => this.frames.push(frame));
    response.on("data", (chunk: Buffer) => {
      if (this.#text.length < 100_000) this.#text += chunk.toString();
      decoder.push(chunk);
      this.#check();
    });
    response.on("error", () => {});
    response.on("close", () => {
      this.#over = true;
      this.#check();
    });
  }

  get status(): number {
    return this.response.statusCode as number;
  }

  /** The first bytes of the body, as text. */
  get text(): string {
    return this.#text;
  }

  /** Whether the body, or the connection, has ended. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether the body ended as HTTP requires, and not with the connection. */
  get complete(): boolean {
    return this.response.complete;
  }

  get socket(): Socket {
    return this.response.socket;
  }

  /** The names of all frames except heartbeats, in the order of the stream. */
  get names(): string[] {
    return this.frames.filter(({ kind }) => kind !== "comment").map(nameOf);
  }

  get events(): Extract<Frame, { kind: "event" }>[] {
    return this.all("event");
  }

  /** The data of all events. */
  get data(): unknown[] {
    return this.events.map(({ data }) => JSON.parse(data));
  }

  /** The `n` of all posts. */
  get numbers(): number[] {
    return this.data.map((data) => (data as { n: number }).n);
  }

  /** The id of the last frame that carries a cursor (PROTOCOL §11). */
  get cursor(): string {
    const told = this.frames.filter(({ kind }) => ["event", "snapshot", "live", "at"].includes(kind));
    const id = told.map((frame) => ("id" in frame ? frame.id : undefined)).findLast((each) => each !== undefined);
    if (id === undefined) throw new Error(`No frame told a cursor:\n${this.#text}`);
    return id;
  }

  all<Kind extends Frame["kind"]>(kind: Kind): Extract<Frame, { kind: Kind }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { kind: Kind }> => frame.kind === kind);
  }

  /** Waits for the first frame of a kind. */
  async first<Kind extends Frame["kind"]>(kind: Kind): Promise<Extract<Frame, { kind: Kind }>> {
    await this.until(() => this.frames.some((frame) => frame.kind === kind), `a frame of kind ${kind}`);
    return this.all(kind)[0] as Extract<Frame, { kind: Kind }>;
  }

  async live(): Promise<this> {
    await this.first("live");
    return this;
  }

  async received(count: number): Promise<this> {
    return this.until(() => this.events.length >= count, `${count} events`);
  }

  async end(): Promise<this> {
    return this.until(() => this.#over, "the end of the body");
  }

  /** Resolves as soon as the condition holds for the received frames. Its failure shows them. */
  async until(condition: (reader: this) => boolean, what = String(condition)): Promise<this> {
    const met = new Promise<this>((resolve, reject) => {
      const check = () => {
        if (condition(this)) resolve(this);
        else if (this.#over) reject(new Error(`The stream was over before ${what}:\n${this.#text.slice(-2_000)}`));
        else return;
        this.#checks.delete(check);
      };
      this.#checks.add(check);
      check();
    });
    return within(met, () => `Waited in vain for ${what}; received:\n${this.#text.slice(-2_000)}`);
  }

  #check(): void {
    for (const check of this.#checks) check();
  }

  /** Reads no more of the socket. (What a paused response has buffered is dropped by Node when the connection is cut.) */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.#request.destroy();
  }
}

const nameOf = (frame: Frame) => (frame.kind === "event" ? frame.type : `$${frame.kind}`);

/** Sends a request, and resolves with the response's headers, whatever its status. */
export async function open(
  { url }: { readonly url: string },
  path: string,
  options: OpenOptions = {},
): Promise<Reader> {
  const { body, text = body === undefined ? undefined : JSON.stringify(body) } = options;
  const { method = text === undefined ? "GET" : "POST", headers = {} } = options;
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const target = `${url}/${path}${queryOf(options)}`;
  const sent = request(target, { method, agent: false, headers: { ...type, ...headers } });
  onTestFinished(() => void sent.destroy());
  const answered = new Promise<Reader>((resolve, reject) => {
    sent.on("response", (response) => resolve(new Reader(sent, response)));
    sent.on("error", reject);
  });
  sent.end(text);
  return within(answered, () => `No answer to ${method} ${target}`);
}

function queryOf({ input, lastEventId }: OpenOptions): string {
  const query = new URLSearchParams();
  if (input !== undefined) query.set("input", JSON.stringify(input));
  if (lastEventId !== undefined) query.set("lastEventId", lastEventId);
  return query.size === 0 ? "" : `?${query}`;
}
