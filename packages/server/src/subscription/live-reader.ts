import { SluiceError, stateVersionOf } from "@sluice/contract";
import { encodeFrame, formatCursor, type OpenFrame } from "@sluice/contract/wire";
import type { LogEntry, Position, ReadPage } from "@sluice/log";
import type { EventStream, StreamSource } from "../stream/event-stream.js";
import type { EndListener } from "../time/lifetime.js";
import type { Batch } from "../topic/batch.js";
import type { DirectSocket, DirectSubscriber } from "../topic/direct-subscribers.js";
import { firstUnknown, pageBefore } from "../topic/known-entries.js";
import { isSameCursor } from "../topic/same-cursor.js";
import type { TakenSnapshot } from "../topic/snapshots.js";
import type { Member } from "../topic/tail.js";
import { type Gap, limitGap, tellGap } from "./gap.js";
import type { LiveRequest, LiveStart } from "./live-request.js";
import { failStream } from "./stream-error.js";

/** How many entries are read at once to catch up, and how many filtered ones may pass before the position is told. */
const page = 256;
/** ReplayCache end where an offset is a multiple of this, so that those who catch up together come to share them. */
const boundary = 1_024;

/**
 * One subscriber's place in a topic. At the head it takes the tail's batches as they are; when its socket is full, or it
 * has yet to catch up, it keeps its place and nothing else, and reads the log forward from there.
 */
export class LiveReader implements Member, DirectSubscriber, EndListener, StreamSource {
  // First what a delivery looks at, as in a connection.
  #connection: EventStream | undefined;
  /** Set while it follows the tail: then its position is the tail's. */
  #pipe: DirectSocket | undefined;
  #position: Position;
  /** The position that the subscriber was told last. */
  #told: number;
  readonly #filter: LiveRequest["filter"];
  readonly #request: LiveRequest;
  #state: TakenSnapshot | undefined;
  /** It goes on from a cursor, and no gap was found after it so far. */
  #resumes = false;
  /** It came without a cursor and was told nothing yet. (Who comes to a run misses its beginning, if that is gone.) */
  #isNew = true;
  /** It came from a cursor or has been at the head: how far behind it may be is limited. */
  #isHeld = false;
  #live = false;
  /** Told when it has moved on by itself, and not along with its tail. */
  onMoved: (() => void) | undefined;

  /** Holds the tail from now on, until its lifetime is over. */
  constructor(request: LiveRequest) {
    this.#request = request;
    this.#filter = request.filter;
    this.#position = request.tail.position;
    this.#told = request.tail.position.offset;
  }

  startAt({ position, state, resumes }: LiveStart): void {
    this.#position = position;
    this.#told = position.offset;
    this.#state = state;
    this.#resumes = resumes;
    this.#isHeld = resumes;
    this.#isNew = !resumes && this.#request.stream === "live";
  }

  /** Up to here its connection was handed everything. */
  get place(): Position {
    return this.#pipe ? this.#request.tail.position : this.#position;
  }

  get topic(): string {
    return this.#request.topic;
  }

  get context(): unknown {
    return this.#request.context;
  }

  get resumable(): boolean {
    return true;
  }

  open(heartbeat: number): OpenFrame {
    const { tail, stream, procedure } = this.#request;
    const version = stateVersionOf(procedure);
    const head = formatCursor(tail.position);
    return { kind: "open", stream, heartbeat, resumable: true, head, ...(version === 1 ? {} : { version }) };
  }

  /** Writes the stream after `$open`: what was missed, `$live`, what comes. PROTOCOL §4.2. */
  start(connection: EventStream): void {
    this.#connection = connection;
    connection.cork();
    this.#state?.send(connection);
    this.#state = undefined;
    this.#catchUp(connection);
  }

  /** What its tail has written for it. */
  get writtenAt(): number {
    return this.#pipe ? this.#request.tail.followers.writtenAt : 0;
  }

  onEnd(): void {
    const { runtime, topic } = this.#request;
    this.#leave();
    runtime.hub.release(topic);
  }

  deliver(batch: Batch): void {
    const connection = this.#connection as EventStream;
    // Of those who stand at the head, the position is the very object: what goes to all is not compared for each.
    const isBeside = batch.from !== this.#position;
    if (isBeside && !this.#awaits(batch)) return;
    try {
      const hasRoom = this.#write(connection, batch);
      if (batch.isLast) connection.end();
      else if (!hasRoom) this.lost();
      else if (isBeside) this.#join(connection);
    } catch (error) {
      this.#fail(connection, error); // a filter's; the other members get the batch all the same
    }
  }

  filled(): void {
    this.#connection?.filled();
    this.lost();
  }

  failed(error: unknown): void {
    this.#fail(this.#connection as EventStream, error);
  }

  lost(): void {
    this.#leave();
    this.#catchUp(this.#connection as EventStream);
  }

  review(): void {
    if (this.#connection?.straight !== this.#pipe) this.unfollow();
  }

  unfollow(): void {
    this.#leave();
    this.#request.tail.join(this);
  }

  /** The frame that says where the position is, if it moved since it was last told. */
  idleFrame(): string | undefined {
    if (this.#pipe || this.#told === this.#position.offset) return undefined;
    this.#told = this.#position.offset;
    return encodeFrame({ kind: "at", id: formatCursor(this.#position) });
  }

  #catchUp(connection: EventStream): void {
    this.#readOn(connection).catch((error) => this.#fail(connection, error));
  }

  /** Reads the log up to the head and joins those who stand there. */
  async #readOn(connection: EventStream): Promise<void> {
    const { runtime, topic, tail } = this.#request;
    while (!connection.closed) {
      if (connection.full) await connection.writable();
      const from = this.#position;
      const limit = Math.min(page, boundary - (from.offset % boundary));
      const { position: handedOut } = tail;
      const result = await runtime.log.read(topic, from, limit);
      if (connection.closed) return;
      if (!result.ok || this.#isTooFarBehind(result)) {
        const gap = result.ok ? await limitGap(runtime.log, topic, runtime.limits.catchUpEvents) : result;
        if (!(await this.#goOnAfter(connection, gap))) return;
        continue;
      }
      if (result.entries.length > 0) {
        const unknown = firstUnknown(this.#request.procedure, result.entries);
        if (unknown === 0) {
          if (!(await this.#goOnAfterUnknown(connection, result))) return;
          continue;
        }
        this.#isNew = false;
        const batch = tail.batch(from, unknown > 0 ? pageBefore(result, unknown) : result);
        this.#write(connection, batch);
        if (batch.isLast) return connection.end();
      }
      connection.uncork();
      if (connection.closed) return;
      if (connection.full || result.entries.length === limit || this.#position.offset < result.end.offset) continue;
      const ending = this.#request.endingOf?.(result.record);
      if (ending !== undefined) {
        connection.write(ending);
        return connection.end();
      }
      // No await from here on: between the last look at the log and joining, nothing can be missed.
      if (result.end.offset < tail.position.offset && result.end.epoch === tail.position.epoch) {
        if (tail.position !== handedOut) continue;
        // The log no longer has what the tail read before this read began: reading again would change nothing.
        tail.recheck();
      }
      this.#goLive(connection);
      this.#isHeld = true;
      this.#join(connection);
      return;
    }
  }

  /** Takes what comes from the tail: past its connection, if it stands at the head and wants all of it. */
  #join(connection: EventStream): void {
    const { tail } = this.#request;
    const pipe = !this.#filter && isSameCursor(this.#position, tail.position) ? connection.straight : undefined;
    this.#pipe = pipe;
    if (pipe) {
      tail.leave(this);
      tail.followers.add(pipe, this, connection.straightVersion);
    } else {
      tail.join(this);
    }
  }

  /** Takes no more, and has its own position again. */
  #leave(): void {
    const { tail } = this.#request;
    tail.leave(this);
    if (!this.#pipe) return;
    tail.followers.delete(this.#pipe);
    this.#pipe = undefined;
    this.#position = tail.position;
    this.#told = tail.position.offset;
  }

  #isTooFarBehind({ head }: ReadPage): boolean {
    return this.#isHeld && head.offset - this.#position.offset > this.#request.runtime.limits.catchUpEvents;
  }

  /** Tells the subscriber of a gap and moves to where it goes on. False: it's over. */
  async #goOnAfter(connection: EventStream, gap: Gap): Promise<boolean> {
    const { runtime, snapshot } = this.#request;
    let next: Position | undefined = gap.oldest;
    // Trimmed while it was being opened: who comes new has missed nothing.
    if (!this.#isNew || snapshot) {
      this.#resumes = false;
      runtime.counters.resets++;
      next = await tellGap(connection, gap, this.#request);
      // Where it goes on from further behind, as a snapshot of the user's own may, another reset would help nobody.
      if (next) this.#isHeld = gap.head.offset - next.offset <= runtime.limits.catchUpEvents;
    }
    if (!next) return false;
    this.#position = next;
    this.#told = next.offset;
    this.onMoved?.();
    return true;
  }

  /**
   * Events can't be folded past one that this contract doesn't know. Where an older contract has published it, the state is
   * begun anew behind it, and so are its subscribers; else it is for another server. False: it's over.
   */
  async #goOnAfterUnknown(connection: EventStream, { entries: [entry], head, record }: ReadPage): Promise<boolean> {
    const { runtime, topic, procedure } = this.#request;
    const { position } = entry as LogEntry;
    await runtime.states.of(topic, procedure).current();
    if (connection.closed) return false;
    const goesOn = await this.#goOnAfter(connection, { reason: "trimmed", oldest: position, head, record });
    if (goesOn && this.#position.offset < position.offset && this.#position.epoch === position.epoch) {
      throw new SluiceError("unavailable", { message: "The state that is to be had is too old to go on from" });
    }
    return goesOn;
  }

  #goLive(connection: EventStream): void {
    if (this.#live) return;
    this.#live = true;
    this.#isNew = false;
    if (this.#resumes) this.#request.runtime.counters.resumes++;
    this.#told = this.#position.offset;
    connection.send({ kind: "live", id: formatCursor(this.#position) });
  }

  /** Whether there is something for it in a batch that doesn't begin where it stands. */
  #awaits(batch: Batch): boolean {
    if (batch.isFollowedFrom(this.#position)) return !this.#has(batch.end);
    this.lost(); // the log has lost what it read, and the tail has read what came in its place
    return false;
  }

  #has({ offset, epoch }: Position): boolean {
    return offset <= this.#position.offset && epoch === this.#position.epoch;
  }

  /** False: the socket is full now, or the stream is over. */
  #write(connection: EventStream, batch: Batch): boolean {
    const hasRoom = this.#writeOn(connection, batch);
    this.onMoved?.();
    return hasRoom;
  }

  #writeOn(connection: EventStream, batch: Batch): boolean {
    if (!this.#filter && batch.from.offset === this.#position.offset) {
      this.#position = batch.end;
      this.#told = batch.end.offset;
      return connection.writeShared(batch.bytes, batch.entries.length);
    }
    const picked = this.#pick(batch);
    const frames = batch.end.offset - this.#told >= page ? picked + (this.idleFrame() ?? "") : picked;
    return frames === "" || connection.write(frames);
  }

  /** The frames of a batch that this subscriber has yet to get, and is to get. */
  #pick(batch: Batch): string {
    const filter = this.#filter;
    const { counters } = this.#request.runtime;
    let frames = "";
    for (const [index, { position }] of batch.entries.entries()) {
      if (this.#has(position)) continue;
      const event = filter && batch.event(index);
      this.#position = position;
      if (filter && !(event && filter(event))) continue;
      const frame = batch.frame(index);
      frames += frame;
      this.#told = position.offset;
      counters.delivered++;
      counters.bytes += Buffer.byteLength(frame);
    }
    this.#position = batch.end;
    return frames;
  }

  /** A log that can't be read now may be later, so it is not the end for good. */
  #fail(connection: EventStream, error: unknown): void {
    const { runtime, procedure, context } = this.#request;
    failStream(runtime, connection, procedure, error, { context, isFinal: false });
  }
}
