import { SluiceError, stateVersionOf } from "@sluice/contract";
import { formatCursor, type OpenFrame } from "@sluice/contract/wire";
import type { LogEntry, ReadFrom, ReadPage } from "@sluice/log";
import type { Lane, LaneSource } from "../stream/lane.js";
import type { EndListener } from "../time/lifetime.js";
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
 * Who gets a topic's events. At the head it takes the tail's batches as they are; when its lane is full, or it has yet to catch
 * up, it keeps its place and nothing else, and reads the log forward from there.
 */
export class Subscriber extends TailSubscriber implements EndListener, LaneSource {
  /** A state that has yet to be sent, or is on its way. */
  #state: TakenSnapshot | undefined;
  /** It goes on from a cursor, and no gap was found after it so far. */
  #resumes = false;
  /** It came without a cursor and was told nothing yet. (Who comes to a run misses its beginning, if that is gone.) */
  #isNew = true;
  /** It came from a cursor or has been at the head: how far behind it may be is limited. */
  #isHeld = false;
  #isLive = false;
  /** Where it reads first, as long as its place isn't known. */
  #from: ReadFrom | undefined;
  /** What was seen at its place when it was opened. */
  #look: Look | undefined;

  startAt({ from, look, state, resumes }: SubscriberStart): void {
    if (typeof from === "object" && "epoch" in from) this.stand(from);
    else this.#from = from;
    this.#look = look;
    this.#state = state;
    this.#resumes = resumes;
    this.#isHeld = resumes;
    this.#isNew = !resumes && this.request.stream === "live";
  }

  get topic(): string {
    return this.request.topic;
  }

  get context(): unknown {
    return this.request.context;
  }

  get resumable(): boolean {
    return true;
  }

  open(heartbeat: number): OpenFrame {
    const { tail, stream, procedure } = this.request;
    const version = stateVersionOf(procedure);
    const head = formatCursor(tail.position);
    return { kind: "open", stream, heartbeat, resumable: true, head, ...(version === 1 ? {} : { version }) };
  }

  /** Writes what follows `$open` at once, the state. What was missed, `$live` and what comes is pulled. PROTOCOL §4.2. */
  start(lane: Lane): void {
    this.lane = lane;
    lane.cork();
    this.#state?.send(lane);
    // Who isn't pulled at once waits for room, maybe for ever: it keeps its place, and reads.
    queueMicrotask(() => {
      this.#look = undefined;
    });
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
    parts.hub.release(tail);
  }

  /** Reads the log up to the head and joins those who stand there, unless its lane is full before. */
  async #readOn(lane: Lane, maxBytes: number): Promise<void> {
    const { procedure, tail, endingOf } = this.request;
    let look = this.#look;
    this.#look = undefined;
    while (!lane.lifetime.over) {
      if (lane.full) return this.become(waiting);
      // A run's record is looked at in any case: it may say how it ended.
      if (!look || (endingOf && !look.opened)) {
        look = await this.#lookOn();
        continue;
      }
      const seen: Look = look;
      const { opened, step } = seen;
      look = undefined;
      if (opened) {
        const { page } = opened;
        if (!page.ok || this.#isTooFarBehind(page)) {
          const goOn = await this.#goOnAfter(lane, page.ok ? await this.#limitGap() : page, seen);
          if (!goOn) return;
          look = goOn.look;
          continue;
        }
        if (this.#from) this.stand(beginningOf(page));
        const part = firstPartOf(procedure, page, this.position);
        if (!part) {
          const goOn = await this.#goOnAfterUnknown(lane, page);
          if (!goOn) return;
          look = goOn.look;
          continue;
        }
        let taken = 0;
        if (part.entries.length > 0) {
          this.#isNew = false;
          const batch = tail.batch(this.position, part, maxBytes);
          if (!this.take(lane, batch)) continue;
          if (batch.isLast) return lane.end();
          taken = batch.entries.length;
          lane.uncork();
        }
        this.#from = undefined;
        if (taken < page.entries.length) {
          const rest = restOf(page, taken, this.position);
          look = rest && { opened: { page: rest }, step };
          await undefined; // other lanes of its stream have their turns
          continue;
        }
        if (page.end.offset < page.head.offset) continue;
        const ending = endingOf?.(page.record);
        if (ending) return lane.finish(ending);
      }
      lane.uncork();
      if (!this.#meets(lane, step)) continue;
      this.#goLive(lane);
      this.#isHeld = true;
      return this.join(lane);
    }
  }

  /** What the log has after its place. Where that is the tail's, nothing is read, but for a run's record. */
  #lookOn(): Look | Promise<Look> {
    const { tail, endingOf } = this.request;
    const options = { limit: pageLength };
    if (this.#from) return tail.look({ ...options, from: this.#from });
    return endingOf ? tail.look({ ...options, from: this.position }) : tail.lookAfter(this.position, options);
  }

  /**
   * Takes what the tail has handed out since a look. False: it is to look again, or its lane is full or over. There is no await in here,
   * nor between this and joining: nothing can be missed.
   */
  #meets(lane: Lane, step: Step): boolean {
    const { tail } = this.request;
    let at: Step | undefined = step;
    while (at?.batch?.isFollowedFrom(this.position)) {
      const { batch }: Step = at;
      if (!hasReached(this.position, batch.end)) {
        if (!this.take(lane, batch)) return false;
        if (batch.isLast) lane.end();
        if (lane.full || lane.lifetime.over) return false;
      }
      at = at.next;
    }
    const { position } = tail;
    if (isSameCursor(this.position, position)) return true;
    // It has been given what the tail is to be told of: of the next batch it takes the rest.
    if (this.position.epoch === position.epoch && this.position.offset > position.offset) return true;
    if (position !== step.at) return false;
    // The log no longer has what the tail read before that look: to look again would change nothing.
    tail.recheck();
    return true;
  }

  #isTooFarBehind({ head }: ReadPage): boolean {
    return this.#isHeld && head.offset - this.position.offset > this.request.parts.limits.catchUpEvents;
  }

  #limitGap(): Promise<Gap> {
    const { tail, parts } = this.request;
    return limitGap(tail, parts.limits.catchUpEvents);
  }

  /** Tells the subscriber of a gap and moves to where it goes on. `undefined`: it's over. */
  async #goOnAfter(lane: Lane, gap: Gap, look?: Look): Promise<GoOn | undefined> {
    const { parts, snapshot } = this.request;
    let goOn: GoOn = { position: gap.oldest };
    // Trimmed while it was being opened: who comes new has missed nothing.
    if (!this.#isNew || snapshot) {
      this.#resumes = false;
      parts.counters.resets++;
      const told = await tellGap(lane, gap, this.request, look);
      if (!told) return undefined;
      goOn = told;
      this.#send(lane, goOn.state);
      // Where it goes on from further behind, as a snapshot of the user's own may, another reset would help nobody.
      this.#isHeld = gap.head.offset - goOn.position.offset <= parts.limits.catchUpEvents;
    }
    this.#from = undefined;
    this.stand(goOn.position);
    this.onMoved?.();
    return goOn;
  }

  /**
   * Events can't be folded past one that this contract doesn't know. Where an older contract has published it, the state is
   * begun anew behind it, and so are its subscribers; else it is for another server. `undefined`: it's over.
   */
  async #goOnAfterUnknown(lane: Lane, { entries: [entry], head, record }: ReadPage): Promise<GoOn | undefined> {
    const { parts, topic, procedure } = this.request;
    const { position } = entry as LogEntry;
    await parts.states.of(topic, procedure).current();
    if (lane.lifetime.over) return undefined;
    const goOn = await this.#goOnAfter(lane, { reason: "trimmed", oldest: position, head, record });
    if (goOn && this.position.offset < position.offset && this.position.epoch === position.epoch) {
      throw new SluiceError("unavailable", { message: "The state that is to be had is too old to go on from" });
    }
    return goOn;
  }

  /** Sends a state, and holds it for as long as it is not on its way. */
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
    this.told = this.position.offset;
    lane.send({ kind: "live", id: formatCursor(this.position) });
  }
}
