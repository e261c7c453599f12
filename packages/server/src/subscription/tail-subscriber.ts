import { stateVersionOf } from "@sluice/contract/internal";
import { formatCursor, type OpenFrame } from "@sluice/contract/wire";
import type { Cursor } from "@sluice/log";
import type { Lane, LaneFrame } from "../stream/lane.js";
import type { Batch } from "../topic/batch.js";
import type { DirectSocket, DirectSubscriber, LaneSocket } from "../topic/direct-subscribers.js";
import type { QueuedSubscriber } from "../topic/queued-subscriber.js";
import { isSameCursor } from "../topic/same-cursor.js";
import type { Tail } from "../topic/tail.js";
import { type Look, Step } from "../topic/trail.js";
import { direct, type Mode, over, queued, waiting } from "./mode.js";
import { hasReached, pickFrom } from "./picked.js";
import { failLane } from "./stream-error.js";
import type { SubscriberRequest } from "./subscriber-request.js";

/** How many filtered events may pass before the cursor is told. */
const mostUntold = 256;

/** A subscriber's place in a topic, and how it takes what the tail hands out there. How it comes to the head is for `Subscriber`. */
export abstract class TailSubscriber implements QueuedSubscriber, DirectSubscriber {
  // First what a delivery looks at, as in an event stream.
  protected lane: Lane | undefined;
  protected mode: Mode = waiting;
  /** Where the tail's bytes go while it is direct. */
  #socket: DirectSocket | LaneSocket | undefined;
  protected cursor: Cursor;
  /** The cursor that the client was told last. A filter may have withheld everything after it. */
  protected told: Cursor;
  readonly #filter: SubscriberRequest["filter"];
  protected readonly request: SubscriberRequest;
  /** Told when it has moved on by itself, and not along with its tail. */
  onMoved: (() => void) | undefined;

  /** Holds the tail from now on, until its lifetime is over. */
  constructor(request: SubscriberRequest) {
    this.request = request;
    this.#filter = request.filter;
    this.cursor = request.tail.cursor;
    this.told = request.tail.cursor;
  }

  get tail(): Tail {
    return this.request.tail;
  }

  get topic(): string {
    return this.request.topic;
  }

  get laneNumber(): number {
    return this.request.tail.lane;
  }

  get context(): unknown {
    return this.request.context;
  }

  get resumable(): boolean {
    return true;
  }

  open(heartbeat: number): OpenFrame {
    const { tail, stream, procedure, attended } = this.request;
    const version = stateVersionOf(procedure);
    const head = formatCursor(tail.cursor);
    const optional = { ...(version === 1 ? {} : { version }), ...(attended ? { attended } : {}) };
    return { kind: "open", stream, heartbeat, resumable: true, head, ...optional };
  }

  /** Moves to a cursor that the client need not be told. */
  protected stand(cursor: Cursor): void {
    this.cursor = cursor;
    this.told = cursor;
  }

  /**
   * Moves back to the cursor that the client was told last, where the log has lost a later one: what was withheld since then is
   * no gap for the client. False: it is there already.
   */
  protected standBack(): boolean {
    if (this.told.offset === this.cursor.offset) return false;
    this.cursor = this.told;
    return true;
  }

  /** Up to here its lane was handed everything. */
  get place(): Cursor {
    return this.mode.kind === "direct" ? this.request.tail.cursor : this.cursor;
  }

  /** What its tail has written for it. */
  get writtenAt(): number {
    return this.mode.kind === "direct" ? this.request.tail.direct.writtenAt : 0;
  }

  deliver(batch: Batch): void {
    const lane = this.lane as Lane;
    // Of those who stand at the head, the cursor is the very object: what goes to all is not compared for each.
    const isBeside = batch.from !== this.cursor;
    if (isBeside && !this.#awaits(batch)) return;
    try {
      if (!this.take(lane, batch)) this.lost();
      else if (batch.isLast) lane.end();
      else if (isBeside) this.join(lane);
    } catch (error) {
      this.fail(error); // a filter's; the others get the batch all the same
    }
  }

  filled(): void {
    this.lane?.filled();
    this.become(queued);
  }

  refused({ from }: Batch): void {
    this.become(waiting);
    this.stand(from);
    this.lane?.lag();
  }

  failed(error: unknown): void {
    this.fail(error);
  }

  lost(): void {
    this.become(waiting);
    this.lane?.lag();
  }

  review(): void {
    if (this.mode.kind === "direct" && this.lane?.direct() !== this.#socket) this.queue();
  }

  queue(): void {
    this.become(queued);
  }

  /** The frame that says where the cursor is, if it moved since it was last told. */
  idleFrame(): LaneFrame | undefined {
    if (this.mode.kind === "direct" || this.told.offset === this.cursor.offset) return undefined;
    this.told = this.cursor;
    return { kind: "at", id: formatCursor(this.cursor) };
  }

  /** The one way from mode to mode: it leaves the tail's lists, or comes into one. */
  protected become(mode: Mode, socket?: DirectSocket | LaneSocket): void {
    const { tail } = this.request;
    const before = this.mode;
    if (before === over || before === mode) return;
    this.mode = mode;
    if (before.kind === "queued") {
      tail.leave(this);
    } else if (this.#socket) {
      tail.direct.delete(this.#socket);
      this.cursor = tail.cursor;
      this.told = tail.cursor;
    }
    this.#socket = socket;
    if (mode.kind === "queued") tail.join(this);
    else if (socket) tail.direct.add(socket, this, this.lane as Lane);
  }

  /** Takes what comes from the tail: past its lane, if it stands at the head and wants all of it. */
  protected join(lane: Lane): void {
    const { tail } = this.request;
    const socket = !this.#filter && isSameCursor(this.cursor, tail.cursor) ? lane.direct() : undefined;
    if (socket) this.become(direct, socket);
    else this.become(queued);
    lane.caughtUp();
  }

  /** Leaves what was read where there may be room for it. Of a run, the record would be too old later. */
  protected setAside(look: Look | undefined): void {
    const { parts, endingOf } = this.request;
    if (look && !endingOf && this.mode !== over) parts.held.keep(this, look);
  }

  /** What it has set aside, unless the topic was deleted since. */
  protected takeAside(): Look | undefined {
    const { parts, tail } = this.request;
    const page = parts.held.take(this);
    if (page?.end.epoch !== tail.cursor.epoch) return undefined;
    // A step that leads nowhere: those since its read hold the batches that were handed out. Behind the page, it reads again.
    return { opened: { page }, step: new Step(page.end) };
  }

  /** Whether there is something for it in a batch that doesn't begin where it stands. */
  #awaits(batch: Batch): boolean {
    if (batch.isFollowedFrom(this.cursor)) return !hasReached(this.cursor, batch.end);
    this.lost(); // the log has lost what it read, and the tail has read what came in its place
    return false;
  }

  /**
   * False: it took nothing, because its lane is full or over.
   *
   * @param isSpared by a failure at the end of the batch, which was before it came
   */
  protected take(lane: Lane, batch: Batch, isSpared = false): boolean {
    const isWhole = !this.#filter && !isSpared && batch.from.offset === this.cursor.offset;
    if (isWhole) {
      if (!lane.deliver(batch)) return false;
      this.told = batch.end;
    } else {
      const count = batch.entries.length - (isSpared ? 1 : 0);
      const picked = pickFrom(batch, this.cursor, this.#filter, count);
      const last = picked.at(-1);
      if (last !== undefined) {
        if (!lane.deliver(batch, picked)) return false;
        this.told = batch.entries[last]?.cursor as Cursor;
      }
    }
    this.cursor = batch.end;
    if (batch.end.offset - this.told.offset >= mostUntold) {
      const frame = this.idleFrame();
      if (frame) lane.send(frame);
    }
    this.onMoved?.();
    return true;
  }

  /** A log that can't be read now may be later, so it is not the end for good. */
  protected fail(error: unknown): void {
    const { parts, procedure, context } = this.request;
    failLane(this.lane as Lane, { error, procedure, context, isFinal: false, report: parts.report });
  }
}
