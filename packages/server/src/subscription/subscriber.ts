import { SluiceError } from "@sluice/contract";
import { formatCursor } from "@sluice/contract/wire";
import type { LogEntry, ReadFrom, ReadPage } from "@sluice/log";
import type { Lane, LaneSource } from "../stream/lane.js";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import { isSameCursor } from "../topic/same-cursor.js";
import type { TakenSnapshot } from "../topic/snapshots.js";
import type { Look, Step } from "../topic/trail.js";
import { type Gap, type GoOn, limitGap, tellGap } from "./gap.js";
import { over, reading, waiting } from "./mode.js";
import { beginningOf, firstPartOf, pageLength, restOf } from "./page.js";
import { hasReached } from "./picked.js";
import type { SubscriberStart } from "./subscriber-request.js";
import { TailSubscriber } from "./tail-subscriber.js";

/**
 * Sends a topic's events to a lane. At the head it takes the tail's batches as they are. If the lane is full, it keeps a
 * cursor, and reads the log from there when the lane has room.
 */
export class Subscriber extends TailSubscriber implements EndListener, LaneSource {
  /** A state that is to be sent, or that the socket has not taken yet. */
  #state: TakenSnapshot | undefined;
  /** It resumes from a cursor, and no gap was found so far. */
  #resumes = false;
  /** It came without a cursor and has got nothing yet, so a gap loses nothing. (Of a run, the beginning would be lost.) */
  #isNew = true;
  /** It came with a cursor or has been at the head: `catchUpEvents` applies. */
  #isHeld = false;
  #isLive = false;
  /** Where the first read starts, until the cursor is known. */
  #from: ReadFrom | undefined;
  /** What was read at its cursor, until it is pulled. */
  #look: Look | undefined;
  #onStart: ((lifetime: Lifetime) => void) | undefined;

  startAt({ from, look, state, resumes }: SubscriberStart): void {
    if (typeof from === "object" && "epoch" in from) this.stand(from);
    else this.#from = from;
    this.#look = look;
    this.#state = state;
    this.#resumes = resumes;
    this.#isHeld = resumes;
    this.#isNew = !resumes && this.request.stream === "live";
  }

  /** Calls `listener` when it begins to be served: it was neither refused, nor has its client left before. */
  whenStarted(listener: (lifetime: Lifetime) => void): void {
    this.#onStart = listener;
  }

  /** Writes what follows `$open` at once, the state. What was missed, `$live` and what comes is pulled. PROTOCOL §4.2. */
  start(lane: Lane): void {
    this.lane = lane;
    lane.cork();
    this.#state?.send(lane);
    // A lane that does not pull at once waits for its turn, or is full.
    queueMicrotask(() => {
      this.setAside(this.#look);
      this.#look = undefined;
    });
    const onStart = this.#onStart;
    this.#onStart = undefined; // what it closes over must not live as long as the stream
    onStart?.(lane.lifetime);
  }

  pull(maxBytes: number): void {
    this.#state?.release(); // there is room: it is on its way
    this.#state = undefined;
    const lane = this.lane as Lane;
    if (this.mode.kind === "queued") this.join(lane);
    if (this.mode.kind !== "waiting") return;
    this.become(reading);
    this.#readOn(lane, maxBytes).catch((error) => this.fail(error));
  }

  onEnd(): void {
    const { parts, tail } = this.request;
    this.become(over);
    parts.held.take(this);
    parts.hub.release(tail);
  }

  /** Reads the log up to the head and joins the tail, unless its lane is full before. */
  async #readOn(lane: Lane, maxBytes: number): Promise<void> {
    const { procedure, tail, endingOf } = this.request;
    let look = this.#look ?? this.takeAside();
    this.#look = undefined;
    while (!lane.lifetime.over) {
      if (lane.full) {
        this.setAside(look);
        return this.become(waiting);
      }
      // Of a run, the record is always read: it says whether the run has ended.
      if (!look || (endingOf && !look.opened)) {
        look = await this.#read();
        continue;
      }
      const seen: Look = look;
      const { opened, step } = seen;
      look = undefined;
      if (opened) {
        const { page } = opened;
        if (!page.ok && page.reason === "diverged" && this.standBack()) continue;
        if (!page.ok || this.#isTooFarBehind(page)) {
          const goOn = await this.#goOnAfter(lane, page.ok ? await this.#limitGap() : page, seen);
          if (!goOn) return;
          look = goOn.look;
          continue;
        }
        if (this.#from) this.stand(beginningOf(page));
        const part = firstPartOf(procedure, page, this.cursor);
        if (!part) {
          const goOn = await this.#goOnAfterUnknown(lane, page);
          if (!goOn) return;
          look = goOn.look;
          continue;
        }
        let taken = 0;
        if (part.entries.length > 0) {
          const batch = tail.batch(this.cursor, part, maxBytes);
          const { told } = this;
          // A newcomer has no part in the failure of a source before its time.
          const isSpared = batch.isFailure && !this.#isHeld;
          if (!this.take(lane, batch, isSpared)) continue;
          if (this.told !== told) this.#isNew = false;
          if (batch.isLast && !isSpared) return lane.end();
          taken = batch.entries.length;
          lane.uncork();
        }
        this.#from = undefined;
        if (taken < page.entries.length) {
          const rest = restOf(page, taken, maxBytes);
          look = rest && { opened: { page: rest }, step };
          await undefined; // lets other lanes of the stream write
          continue;
        }
        if (page.end.offset < page.head.offset) continue;
        const ending = endingOf?.(page.record);
        if (ending) return lane.finish(ending);
      }
      lane.uncork();
      if (!this.#catchesUp(lane, step)) continue;
      this.#goLive(lane);
      this.#isHeld = true;
      return this.join(lane);
    }
  }

  /** Reads the log after its cursor. At the head nothing is read, but for a run's record. */
  #read(): Look | Promise<Look> {
    const { tail, endingOf } = this.request;
    const options = { limit: pageLength };
    if (this.#from) return tail.look({ ...options, from: this.#from });
    return endingOf ? tail.look({ ...options, from: this.cursor }) : tail.lookAfter(this.cursor, options);
  }

  /**
   * Takes the batches that the tail has handed out since a read began. Returns whether it may join the tail; false: it has to read again,
   * or its lane is full or over. Nothing is awaited in here, nor before it joins, so no batch is missed.
   */
  #catchesUp(lane: Lane, step: Step): boolean {
    const { tail } = this.request;
    let at = step;
    let hasTailRead = false;
    for (; at.next; at = at.next) {
      const { batch }: Step = at;
      if (!batch) hasTailRead = true;
      else if (!batch.isFollowedFrom(this.cursor)) break;
      else if (!hasReached(this.cursor, batch.end)) {
        if (!this.take(lane, batch)) return false;
        if (batch.isLast) lane.end();
        if (lane.full || lane.lifetime.over) return false;
      }
    }
    const { cursor } = tail;
    if (isSameCursor(this.cursor, cursor)) return true;
    const isAhead = this.cursor.epoch === cursor.epoch && this.cursor.offset > cursor.offset;
    if (isAhead && !hasTailRead && at === tail.step) return true; // it will skip the entries that it has
    if (!isAhead && cursor !== step.at) return false;
    // The log has lost entries that the tail has handed out, or perhaps those that this one has read. Reading again would change
    // nothing: the tail has to find out.
    tail.recheck();
    return true;
  }

  #isTooFarBehind({ head }: ReadPage): boolean {
    return this.#isHeld && head.offset - this.cursor.offset > this.request.parts.limits.catchUpEvents;
  }

  #limitGap(): Promise<Gap> {
    const { tail, parts } = this.request;
    return limitGap(tail, parts.limits.catchUpEvents);
  }

  /** Tells the client of a gap and moves to where the subscription continues. `undefined`: it is over. */
  async #goOnAfter(lane: Lane, gap: Gap, look?: Look): Promise<GoOn | undefined> {
    const { parts, snapshot } = this.request;
    let goOn: GoOn = { cursor: gap.oldest };
    // Trimmed while it was being opened: a new subscriber has missed nothing.
    if (!this.#isNew || snapshot) {
      this.#resumes = false;
      parts.counters.resets++;
      const told = await tellGap(lane, gap, this.request, look);
      if (!told) return undefined;
      goOn = told;
      this.#send(lane, goOn.state);
      // If it continues further behind, as after a procedure's own snapshot, another reset would not help.
      this.#isHeld = gap.head.offset - goOn.cursor.offset <= parts.limits.catchUpEvents;
    }
    this.#from = undefined;
    this.stand(goOn.cursor);
    this.onMoved?.();
    return goOn;
  }

  /**
   * Events cannot be folded past one that this contract does not know. If an older contract published it, the state and its
   * subscribers start over behind it; else another server has to serve them. `undefined`: it is over.
   */
  async #goOnAfterUnknown(lane: Lane, { entries: [entry], head, record }: ReadPage): Promise<GoOn | undefined> {
    const { parts, topic, procedure } = this.request;
    const { cursor } = entry as LogEntry;
    await parts.states.of(topic, procedure).current();
    if (lane.lifetime.over) return undefined;
    const goOn = await this.#goOnAfter(lane, { reason: "trimmed", oldest: cursor, head, record });
    if (goOn && this.cursor.offset < cursor.offset && this.cursor.epoch === cursor.epoch) {
      throw new SluiceError("unavailable", { message: "The state that is to be had is too old to go on from" });
    }
    return goOn;
  }

  /** Sends a state, and holds it until the socket takes it. */
  #send(lane: Lane, state: TakenSnapshot | undefined): void {
    state?.send(lane);
    if (lane.full) this.#state = state;
    else state?.release();
  }

  #goLive(lane: Lane): void {
    if (this.#isLive) return;
    this.#isLive = true;
    this.#isNew = false;
    if (this.#resumes) this.request.parts.counters.resumes++;
    this.told = this.cursor;
    lane.send({ kind: "live", id: formatCursor(this.cursor) });
  }
}
