import type { ErrorFrame, Frame, OpenFrame } from "@sluice/contract/wire";
import { range } from "./events.js";
import type { LaneAccess } from "./in-lanes.js";
import type { View } from "./view.js";

/** A subscription in a request for several. PROTOCOL §10.1. */
export interface Asked {
  readonly path: string;
  readonly input?: unknown;
  readonly cursor?: string;
}

/** Where the lane under test is in the request: between two others. */
const own = 1;
let streams = 0;

/**
 * One lane of a multiplexed stream, as if it were a stream of its own. Two neighbours share the stream. They get an event after
 * everything that happens, and nothing else. Each frame is checked against PROTOCOL §10.2.
 */
export class LaneView implements View {
  readonly asked: readonly Asked[];
  readonly #lanes: LaneAccess;
  readonly #name = `${++streams}`;
  /** By number. */
  readonly #opens = new Map<number, OpenFrame>();
  readonly #ended = new Set<number>();
  readonly #received: readonly number[][] = [[], [], []];
  #published: number[] = [];
  #hasBegun = false;
  #waiting: () => void = () => {};

  constructor(lanes: LaneAccess, asked: Asked) {
    this.#lanes = lanes;
    const neighbours = ["left", "right"].map((side) => ({
      path: "neighbour",
      input: { neighbour: `${this.#name} ${side}` },
    }));
    const [left, right] = neighbours as [Asked, Asked];
    this.asked = [left, asked, right];
  }

  /** Whether the lane has ended. */
  get isOver(): boolean {
    return this.#ended.has(own);
  }

  /** Whether the lane was refused, or has begun. The `$open` of one that is refused has no head. */
  get isOpen(): boolean {
    return this.isOver || this.#hasBegun;
  }

  see(frame: Frame): Frame | undefined {
    const lane = "lane" in frame ? frame.lane : undefined;
    if (lane === undefined) return this.#seeOfConnection(frame);
    if (frame.kind === "open") this.#begin(lane, frame);
    const index = this.#opens.get(lane)?.subscriptions?.[0];
    if (index === undefined) throw new Error(`Lane ${lane} has a frame before its $open: ${JSON.stringify(frame)}`);
    if (this.#ended.has(index)) throw new Error(`Lane ${lane} has a frame after its end: ${JSON.stringify(frame)}`);
    if (frame.kind === "end" || frame.kind === "error") this.#ended.add(index);
    if (index !== own) return this.#seeOfNeighbour(index, frame);
    if (frame.kind === "open" && frame.head !== undefined) this.#hasBegun = true;
    const { lane: _, subscriptions: __, path: ___, ...rest } = frame as OpenFrame & { readonly path?: string };
    return rest as Frame;
  }

  /** The neighbours get an event each, whatever has become of the lane. */
  async beat(isOver: () => boolean): Promise<void> {
    const n = (this.#published.at(-1) ?? 0) + 1;
    this.#published.push(n);
    const neighbours = [0, 2].filter((index) => !this.#ended.has(index));
    const publish = (index: number) => this.#lanes.beat(this.asked[index]?.input as { neighbour: string }, n);
    try {
      await Promise.all(neighbours.map(publish));
    } catch {
      return; // the server is closed, or its log is away: that concerns neighbours, too
    }
    const hasArrived = (index: number) => this.#ended.has(index) || this.#received[index]?.at(-1) === n;
    const arrived = () => neighbours.every(hasArrived);
    if (!arrived() && !isOver()) {
      await new Promise<void>((resolve) => {
        this.#waiting = () => {
          if (arrived() || isOver()) resolve();
        };
      });
    }
  }

  /** Called after each chunk, and at the end of the stream. */
  proceed(): void {
    this.#waiting();
  }

  #seeOfConnection(frame: Frame): Frame | undefined {
    if (frame.kind === "end") {
      if (this.#ended.size < this.asked.length) throw new Error("The connection's $end came before that of all lanes");
      return undefined;
    }
    if (this.isOver) return undefined;
    if (["retry", "comment", "drain", "store"].includes(frame.kind)) return frame;
    throw new Error(`A frame is in no lane: ${JSON.stringify(frame)}`);
  }

  #begin(lane: number, frame: OpenFrame): void {
    const { subscriptions, id, heartbeat } = frame;
    const all = [...this.#opens.values()].flatMap((each) => each.subscriptions ?? []);
    const [index = -1] = subscriptions ?? [];
    const isNew = subscriptions?.length === 1 && index in this.asked && !all.includes(index) && !this.#opens.has(lane);
    if (!isNew) throw new Error(`Lane ${lane} opens ${JSON.stringify(frame)} beside those of ${all}`);
    if (id !== undefined) throw new Error(`The $open of lane ${lane} has the id ${id}`);
    const [other = frame] = this.#opens.values();
    if (other.heartbeat !== heartbeat) throw new Error(`Lane ${lane} has another heartbeat: ${heartbeat}`);
    this.#opens.set(lane, frame);
  }

  #mayEndIn({ code }: ErrorFrame): boolean {
    return this.#lanes.revokesAll === true && ["forbidden", "unauthorized", "unavailable"].includes(code);
  }

  #seeOfNeighbour(index: number, frame: Frame): undefined {
    const received = this.#received[index] as number[];
    const isExpected =
      frame.kind === "open" || frame.kind === "live" || (frame.kind === "error" && this.#mayEndIn(frame));
    if (frame.kind === "event") received.push(Number(frame.data));
    else if (!isExpected) throw new Error(`A neighbour got ${JSON.stringify(frame)}`);
    // None is missing between two of them, and none comes twice.
    const [first = 1] = received;
    const expected = range(first, received.at(-1) ?? 0);
    if (`${received}` !== `${expected}`) throw new Error(`A neighbour got ${received} instead of ${expected}`);
    return undefined;
  }
}
