import { encodeFrame } from "@sluice/contract/wire";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Deadline } from "../time/timer-wheel.js";
import type { DirectSocket, LaneSocket } from "../topic/direct-subscribers.js";
import { type Framing, pieceLength, type SharedBytes } from "../topic/shared-bytes.js";
import { Backlog } from "./backlog.js";
import type { EventStreamSettings } from "./event-stream-settings.js";
import type { Lanes } from "./lane.js";
import type { Sink } from "./sink.js";
import { graceEnd, lifeEnd, until } from "./stream-life.js";

const heartbeatFrame = encodeFrame({ kind: "comment", text: "" });

/**
 * Most milliseconds that a drained client waits before it reopens. Each gets a random wait, so that they do not come at
 * once.
 */
const maxReopenDelay = 1_000;

const noLanes: Lanes = { open: [], size: 0, writtenAt: 0, drained() {}, idle: () => false, onStreamEnd() {} };

/**
 * One open SSE response: socket, backpressure, heartbeats and life. Its lanes write to it. It ends with its lifetime.
 */
export class EventStream implements Deadline, EndListener {
  // The fields that each delivery reads come first, next to each other: with a thousand streams, none is in the CPU
  // cache.
  closed = false;
  /** True while the socket is full. Writers that can wait do so. */
  full = false;
  /** Frames that wait for room, in addition to what the socket buffers. */
  #backlog: Backlog | undefined;
  /** The response ends when the backlog is written. */
  #isEnding = false;
  readonly settings: EventStreamSettings;
  #writtenAt: number;
  /** Another server may be able to serve what this one can't: the next attempt must not come over the same connection. */
  closesConnection = false;
  readonly #sink: Sink;
  lanes: Lanes = noLanes;
  readonly lifetime: Lifetime;
  /** Set by the wheel. One deadline serves heartbeat, stall timeout and end of life. */
  tick = 0;
  /** The tick at which its client is asked to reopen, and then at which it is cut. */
  #endsAt: number;
  #isReopening = false;

  /** @param canBeCut whether its client can resume after a cut; only then its life is limited */
  constructor(sink: Sink, lifetime: Lifetime, settings: EventStreamSettings, canBeCut: boolean) {
    this.#sink = sink;
    this.settings = settings;
    this.lifetime = lifetime;
    this.#writtenAt = settings.wheel.now;
    this.#endsAt = lifeEnd(settings.wheel, canBeCut ? settings.limits.streamLife : Number.POSITIVE_INFINITY);
    this.#schedule(settings.heartbeat);
    sink.whenFull?.(() => this.#fill());
    lifetime.watch(this);
  }

  /**
   * Writes text of whole frames. False: the socket is full now.
   *
   * @param lane the lane that owns the frames; see `discard`
   */
  write(text: string, lane?: object): boolean {
    if (this.closed) return false;
    this.#writtenAt = this.settings.wheel.now;
    if (this.#backlog || text.length > pieceLength) return this.#writeLong(lane, text);
    return this.#sink.write(text) || this.#fill();
  }

  /** Writes bytes of whole frames that other streams also send. False: the socket is full now. */
  writeShared(bytes: SharedBytes, lane?: object): boolean {
    if (this.closed) return false;
    this.#writtenAt = this.settings.wheel.now;
    if (this.#backlog || bytes.plain.length > pieceLength) return this.#writeLong(lane, bytes.plain);
    return this.#sink.writeShared(bytes) || this.#fill();
  }

  /** Writes one frame whose rest is shared with other streams. */
  writeWithRest(lane: object, text: string, rest: Uint8Array): void {
    if (this.closed) return;
    this.#writtenAt = this.settings.wheel.now;
    this.#writeLong(lane, text, rest);
  }

  #writeLong(lane: object | undefined, frames: string | Uint8Array, rest?: Uint8Array): boolean {
    this.#backlog ??= new Backlog();
    this.#backlog.push(lane, frames, rest);
    return !this.full && this.#flush();
  }

  /** Writes the backlog piece by piece until the socket is full. False: the socket is full now. */
  #flush(): boolean {
    while (this.#backlog) {
      const piece = this.#backlog.shift();
      if (this.#backlog.isEmpty) this.#backlog = undefined;
      const hasRoom = this.#sink.write(piece);
      if (this.#isEnding && !this.#backlog) this.#sink.end(this.closesConnection);
      if (!hasRoom) return this.#fill();
    }
    return true;
  }

  /** The socket that shared bytes may be written to directly, if it has room. */
  direct(): DirectSocket | LaneSocket | undefined {
    return this.closed || this.full ? undefined : this.#sink.direct?.();
  }

  /** See `Sink`. */
  get framing(): Framing {
    return this.#sink.framing ?? "plain";
  }

  /** See `Sink`. */
  get directVersion(): (() => number) | undefined {
    return this.#sink.directVersion;
  }

  /** A direct write has filled the socket. */
  filled(): void {
    this.#writtenAt = this.settings.wheel.now;
    this.#fill();
  }

  /** Drops what a lane has written and the socket has not begun to take. */
  discard(lane: object): void {
    this.#backlog?.discard(lane);
    if (this.#backlog?.isEmpty) this.#backlog = undefined;
  }

  /** Ends the stream after its last frame. */
  end(): void {
    if (this.closed) return;
    this.#isEnding = true;
    if (!this.#backlog) this.#sink.end(this.closesConnection);
    this.lifetime.end();
    // A client that does not read the rest must not hold the socket longer than the stall timeout.
    if (this.full) this.settings.wheel.schedule(this, this.settings.stallTimeout);
  }

  /** Asks the client to reopen, and then to close this stream. PROTOCOL §5.10. */
  drain(): void {
    this.write(encodeFrame({ kind: "drain", retry: Math.ceil(Math.random() * maxReopenDelay) }));
  }

  /**
   * Ends the stream like a broken connection: the client resumes. A client that does not read is disconnected at once.
   */
  cut(): void {
    if (this.closed) return;
    if (this.full) this.#sink.destroy();
    else this.#sink.end();
    this.lifetime.end();
  }

  /** Called by the wheel. */
  fire(): void {
    const { wheel, heartbeat, stallTimeout } = this.settings;
    const writtenAt = Math.max(this.#writtenAt, this.lanes.writtenAt, this.#sink.writtenAt ?? 0);
    const rest = (this.full ? stallTimeout : heartbeat) - (wheel.now - writtenAt) * wheel.resolution;
    if (this.closed && rest > 0) {
      wheel.schedule(this, rest);
    } else if (this.closed) {
      this.#sink.destroy();
    } else if (this.#endsAt <= wheel.now) {
      this.#endLife();
    } else if (rest > 0) {
      this.#schedule(rest);
    } else if (this.full) {
      this.cut(); // it holds a socket and its buffers; what it missed is still in the log
    } else {
      this.#schedule(heartbeat);
      if (!this.lanes.idle()) this.write(heartbeatFrame);
    }
  }

  #endLife(): void {
    const { wheel, heartbeat } = this.settings;
    if (this.#isReopening) {
      this.cut();
    } else {
      this.#isReopening = true;
      this.#endsAt = graceEnd(wheel);
      this.#schedule(heartbeat);
      this.drain();
    }
  }

  /** Schedules the one deadline for whichever comes first. */
  #schedule(ms: number): void {
    const { wheel } = this.settings;
    wheel.schedule(this, until(wheel, this.#endsAt, ms));
  }

  onEnd(): void {
    const { wheel, open, counters } = this.settings;
    this.closed = true;
    if (!this.#isEnding) {
      // The client is gone.
      this.#backlog = undefined;
      this.#sink.discard?.();
    }
    wheel.cancel(this);
    open.delete(this);
    counters.disconnects++;
    this.lanes.onStreamEnd();
  }

  #fill(): false {
    if (this.full) return false;
    this.full = true;
    const { wheel, stallTimeout } = this.settings;
    wheel.cancel(this);
    this.#schedule(stallTimeout);
    this.#sink.onDrain(() => this.#drained());
    return false;
  }

  #drained(): void {
    if (!this.full) return;
    const { wheel, heartbeat } = this.settings;
    this.full = false;
    wheel.cancel(this);
    if (this.#backlog) this.#writtenAt = wheel.now;
    if (!this.#flush() || this.closed) return;
    this.#schedule(heartbeat);
    this.lanes.drained();
  }
}
