import type { Frame } from "@sluice/contract/wire";
import { type OpenOptions, open, type Reader } from "./reader.js";

/** A subscription of a multiplexed stream, as a request says it. */
export interface Wanted {
  readonly path: string;
  readonly input?: unknown;
  readonly cursor?: string | null;
}

type OpenFrame = Extract<Frame, { kind: "open" }>;

/** One lane of a multiplexed stream. It finds its number by the subscription's index. */
export class LaneOf {
  readonly #reader: Reader;
  readonly #index: number;

  constructor(reader: Reader, index: number) {
    this.#reader = reader;
    this.#index = index;
  }

  /** Its frames so far. */
  get frames(): readonly Frame[] {
    const isMine = (frame: Frame): frame is OpenFrame =>
      frame.kind === "open" && (frame.subscriptions ?? []).includes(this.#index);
    const lane = this.#reader.frames.find(isMine)?.lane;
    return lane === undefined ? [] : this.#reader.frames.filter((frame) => "lane" in frame && frame.lane === lane);
  }

  get names(): string[] {
    return this.frames.map((frame) => (frame.kind === "event" ? frame.type : `$${frame.kind}`));
  }

  all<Kind extends Frame["kind"]>(kind: Kind): Extract<Frame, { kind: Kind }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { kind: Kind }> => frame.kind === kind);
  }

  /** The data of all events. */
  get data(): unknown[] {
    return this.all("event").map(({ data }) => JSON.parse(data));
  }

  /** The `n` of all posts. */
  get numbers(): number[] {
    return this.data.map((data) => (data as { n: number }).n);
  }

  /** The id of its last frame that carries a cursor (PROTOCOL §11). */
  get cursor(): string {
    const told = this.frames.findLast(({ kind }) => ["event", "snapshot", "live", "at"].includes(kind));
    return (told as { readonly id: string }).id;
  }

  /** Waits for the first frame of a kind. */
  async first<Kind extends Frame["kind"]>(kind: Kind): Promise<Extract<Frame, { kind: Kind }>> {
    await this.#reader.until(
      () => this.all(kind).length > 0,
      `a frame of kind ${kind} for subscription ${this.#index}`,
    );
    return this.all(kind)[0] as Extract<Frame, { kind: Kind }>;
  }

  async received(count: number): Promise<this> {
    await this.#reader.until(
      () => this.all("event").length >= count,
      `${count} events for subscription ${this.#index}`,
    );
    return this;
  }
}

export interface Lanes {
  readonly reader: Reader;
  /** In the order of the request. */
  readonly lanes: readonly LaneOf[];
}

/** Opens a multiplexed stream. PROTOCOL §10. */
export async function openLanes(
  world: { readonly url: string },
  subscriptions: readonly (Wanted | string)[],
  options: OpenOptions = {},
): Promise<Lanes> {
  const body = { subscriptions: subscriptions.map((each) => (typeof each === "string" ? { path: each } : each)) };
  const reader = await open(world, "$streams", { body, ...options });
  return { reader, lanes: subscriptions.map((_, index) => new LaneOf(reader, index)) };
}

/** Like `openLanes`, and waits until all lanes are live. */
export async function liveLanes(...args: Parameters<typeof openLanes>): Promise<Lanes> {
  const opened = await openLanes(...args);
  await Promise.all(opened.lanes.map((lane) => lane.first("live")));
  return opened;
}
