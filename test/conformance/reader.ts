import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { SluiceError } from "@sluice/contract";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { onTestFinished } from "vitest";
import { inLanes, type LaneAccess } from "./in-lanes.js";
import { type Asked, LaneView } from "./lane-view.js";
import { type View, wholeStream } from "./view.js";
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

/** A server that can be subscribed to. */
export interface Target {
  readonly url: string;
  readonly lanes?: LaneAccess;
}

/** A subscriber over its own socket. It keeps everything that it received. */
export class Reader {
  readonly frames: Frame[] = [];
  readonly response: IncomingMessage;
  readonly #request: ClientRequest;
  readonly #view: View;
  #text = "";
  #over = false;
  #failure: unknown;
  readonly #checks = new Set<() => void>();

  constructor(request: ClientRequest, response: IncomingMessage, view = wholeStream) {
    this.#request = request;
    this.response = response;
    this.#view = view;
    const decoder = createFrameDecoder((frame) => {
      const seen = view.see(frame);
      if (seen) this.frames.push(seen);
    });
    response.on("data", (chunk: Buffer) => {
      if (this.#text.length < 100_000) this.#text += chunk.toString();
      try {
        decoder.push(chunk);
      } catch (error) {
        this.#failure = error;
      }
      view.proceed?.();
      this.#check();
    });
    response.on("error", () => {});
    response.on("close", () => {
      this.#over = true;
      view.proceed?.();
      this.#check();
    });
  }

  /** Of the response. A lane that was refused has the status that a response would have had. */
  get status(): number {
    const { refusal } = this;
    return refusal ? new SluiceError(refusal.code).status : (this.response.statusCode as number);
  }

  /** A lane's `$error` right behind its `$open`. PROTOCOL §10.2. */
  get refusal(): Extract<Frame, { kind: "error" }> | undefined {
    if (this.#view === wholeStream) return undefined;
    const [opened, error, ...more] = this.frames.filter(({ kind }) => !["comment", "retry", "drain"].includes(kind));
    return opened?.kind === "open" && error?.kind === "error" && more.length === 0 ? error : undefined;
  }

  /** The first bytes of the body, as text. */
  get text(): string {
    return this.#text;
  }

  /** Whether the body, or the connection, has ended; or the lane. */
  get over(): boolean {
    return this.#over || this.#view.isOver;
  }

  /** Whether the body ended as HTTP requires, and not with the connection; or the lane ended with a frame. */
  get complete(): boolean {
    return this.response.complete || this.#view.isOver;
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
    return this.until(() => this.over, "the end of the body");
  }

  /** Resolves as soon as the condition holds for the received frames. Its failure shows them. */
  async until(condition: (reader: this) => boolean, what = String(condition)): Promise<this> {
    const met = new Promise<this>((resolve, reject) => {
      const check = () => {
        if (this.#failure) reject(this.#failure);
        else if (condition(this)) resolve(this);
        else if (this.over) reject(new Error(`The stream was over before ${what}:\n${this.#text.slice(-2_000)}`));
        else return;
        this.#checks.delete(check);
      };
      this.#checks.add(check);
      check();
    });
    await within(met, () => `Waited in vain for ${what}; received:\n${this.#text.slice(-2_000)}`);
    await this.#beat(what);
    return this;
  }

  #check(): void {
    for (const check of this.#checks) check();
  }

  async #beat(what: string): Promise<void> {
    const beating = this.#view.beat?.(() => this.#over || this.#failure !== undefined);
    if (beating)
      await within(beating, () => `Its neighbours starve after ${what}; received:\n${this.#text.slice(-2_000)}`);
    if (this.#failure) throw this.#failure;
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

/**
 * Sends a request, and resolves with the response's headers, whatever its status. Where these tests run in lanes, it opens one, and
 * resolves when that has begun or is refused.
 */
export async function open(target: Target, path: string, options: OpenOptions = {}): Promise<Reader> {
  const { lanes } = target;
  const { method = "POST", text } = options;
  if (!inLanes || !lanes?.has(path) || text !== undefined || !["GET", "POST"].includes(method)) {
    return send(target, path, options);
  }
  const view = new LaneView(lanes, askedBy(path, options));
  const headers = Object.entries(options.headers ?? {}).filter(([name]) => name !== "last-event-id");
  const body = { subscriptions: view.asked };
  const reader = await send(target, "$streams", { body, headers: Object.fromEntries(headers) }, view);
  if (reader.response.statusCode !== 200) return reader;
  return reader.until(() => view.isOpen, "the lane is open");
}

async function send({ url }: Target, path: string, options: OpenOptions, view?: View): Promise<Reader> {
  const { body, text = body === undefined ? undefined : JSON.stringify(body) } = options;
  const { method = text === undefined ? "GET" : "POST", headers = {} } = options;
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const target = `${url}/${path}${queryOf(options)}`;
  const sent = request(target, { method, agent: false, headers: { ...type, ...headers } });
  onTestFinished(() => void sent.destroy());
  const answered = new Promise<Reader>((resolve, reject) => {
    sent.on("response", (response) => resolve(new Reader(sent, response, view)));
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

/** What a request for a stream of its own asks for. PROTOCOL §2.1. */
function askedBy(path: string, { input, lastEventId, body, headers }: OpenOptions): Asked {
  const posted = (body ?? {}) as { readonly input?: unknown; readonly cursor?: string };
  const cursor = headers?.["last-event-id"] || posted.cursor || lastEventId;
  const given = body === undefined ? input : posted.input;
  return { path, ...(given === undefined ? {} : { input: given }), ...(cursor ? { cursor } : {}) };
}
