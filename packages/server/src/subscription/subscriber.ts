import { SluiceError, stateVersionOf } from "@sluice/contract";
import { formatCursor, type OpenFrame } from "@sluice/contract/wire";
import type { LogEntry, Position, ReadPage } from "@sluice/log";
import type { Lane, LaneSource } from "../stream/lane.js";
import type { EndListener } from "../time/lifetime.js";
import { firstUnknown, pageBefore } from "../topic/known-entries.js";
import type { TakenSnapshot } from "../topic/snapshots.js";
import { type Gap, limitGap, tellGap } from "./gap.js";
import { over, reading, waiting } from "./mode.js";
import type { SubscriberStart } from "./subscriber-request.js";
import { TailSubscriber } from "./tail-subscriber.js";

/** How many entries are read at once to catch up. */
const page = 256;
/** Pages end where an offset is a multiple of this, so that those who catch up together come to share them. */
const boundary = 1_024;

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
  startAt({ position, state, resumes }: SubscriberStart): void {
    this.position = position;
    this.told = position.offset;
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
    const { parts, topic } = this.request;
    this.become(over);
    parts.hub.release(topic);
  }

  /** Reads the log up to the head and joins those who stand there, unless its lane is full before. */
  async #readOn(lane: Lane, maxBytes: number): Promise<void> {
    const { parts, topic, tail } = this.request;
    while (!lane.lifetime.over) {
      if (lane.full) return this.become(waiting);
      const from = this.position;
      const limit = Math.min(page, boundary - (from.offset % boundary));
      const { position: handedOut } = tail;
      const { page: result } = await parts.log.open(topic, { from, limit });
      if (lane.lifetime.over) return;
      if (!result.ok || this.#isTooFarBehind(result)) {
        const gap = result.ok ? await limitGap(parts.log, topic, parts.limits.catchUpEvents) : result;
        if (!(await this.#goOnAfter(lane, gap))) return;
        continue;
      }
      if (result.entries.length > 0) {
        const unknown = firstUnknown(this.request.procedure, result.entries);
        if (unknown === 0) {
          if (!(await this.#goOnAfterUnknown(lane, result))) return;
          continue;
        }
        this.#isNew = false;
        const batch = tail.batch(from, unknown > 0 ? pageBefore(result, unknown) : result, maxBytes);
        if (!this.take(lane, batch)) continue;
        if (batch.isLast) return lane.end();
      }
      lane.uncork();
      if (lane.lifetime.over) return;
      if (lane.full || result.entries.length === limit || this.position.offset < result.end.offset) continue;
      const ending = this.request.endingOf?.(result.record);
      if (ending) return lane.finish(ending);
      // No await from here on: between the last look at the log and joining, nothing can be missed.
      if (result.end.offset < tail.position.offset && result.end.epoch === tail.position.epoch) {
        if (tail.position !== handedOut) continue;
        // The log no longer has what the tail read before this read began: reading again would change nothing.
        tail.recheck();
      }
      this.#goLive(lane);
      this.#isHeld = true;
      return this.join(lane);
    }
  }

  #isTooFarBehind({ head }: ReadPage): boolean {
    return this.#isHeld && head.offset - this.position.offset > this.request.parts.limits.catchUpEvents;
  }

  /** Tells the subscriber of a gap and moves to where it goes on. False: it's over. */
  async #goOnAfter(lane: Lane, gap: Gap): Promise<boolean> {
    const { parts, snapshot } = this.request;
    let next: Position = gap.oldest;
    // Trimmed while it was being opened: who comes new has missed nothing.
    if (!this.#isNew || snapshot) {
      this.#resumes = false;
      parts.counters.resets++;
      const goOn = await tellGap(lane, gap, this.request);
      if (!goOn) return false;
      this.#send(lane, goOn.state);
      next = goOn.position;
      // Where it goes on from further behind, as a snapshot of the user's own may, another reset would help nobody.
      this.#isHeld = gap.head.offset - next.offset <= parts.limits.catchUpEvents;
    }
    this.position = next;
    this.told = next.offset;
    this.onMoved?.();
    return true;
  }

  /**
   * Events can't be folded past one that this contract doesn't know. Where an older contract has published it, the state is
   * begun anew behind it, and so are its subscribers; else it is for another server. False: it's over.
   */
  async #goOnAfterUnknown(lane: Lane, { entries: [entry], head, record }: ReadPage): Promise<boolean> {
    const { parts, topic, procedure } = this.request;
    const { position } = entry as LogEntry;
    await parts.states.of(topic, procedure).current();
    if (lane.lifetime.over) return false;
    const goesOn = await this.#goOnAfter(lane, { reason: "trimmed", oldest: position, head, record });
    if (goesOn && this.position.offset < position.offset && this.position.epoch === position.epoch) {
      throw new SluiceError("unavailable", { message: "The state that is to be had is too old to go on from" });
    }
    return goesOn;
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
