import { encodeFrame } from "@sluice/contract/wire";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import type { Counters } from "../topic/counters.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import { pieceLength, type SharedBytes } from "../topic/shared-bytes.js";
import { Backlog } from "./backlog.js";
import type { Lanes } from "./lane.js";
import type { Sink } from "./sink.js";

/** What all event streams of a server have in common. */
export interface EventStreamSettings {
  readonly wheel: TimerWheel;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Milliseconds that a client should wait before it opens again after a cut. */
  readonly retry: number;
  /** Milliseconds that a full socket may take nothing, before it is given up. */
  readonly stallTimeout: number;
  readonly limits: {
    /** Milliseconds that a stream stays open. */
    readonly connectionLife: number;
    /** Most bytes of events that a socket is handed at once. */
    readonly bufferedBytes: number;
  };
  /** Where a stream is listed as long as it is open. */
  readonly open: Set<EventStream>;
  readonly counters: Counters;
}

const beat = encodeFrame({ kind: "comment", text: "" });

/** Longest that a client is told to wait before it opens anew; each gets a random part of it, so that they don't come at once. */
const stagger = 1_000;

/** Milliseconds that a client has for it, once its stream's life is over. */
const grace = 5_000;

const nothing: Lanes = { open: [], writtenAt: 0, drained() {}, idle: () => false, over() {} };

/** One open SSE response: its socket, backpressure, heartbeats and life. Its lanes write to it. It ends with its lifetime. */
export class EventStream implements Deadline, EndListener {
  // What a delivery looks at comes first, side by side: of a thousand streams none is in the processor's cache.
  closed = false;
  /** True while the socket takes no more: a writer that can wait, waits. */
  full = false;
  /** What waits for room beside what the socket holds. */
  #backlog: Backlog | undefined;
  /** It is over as soon as that is out. */
  #isEnding = false;
  readonly settings: EventStreamSettings;
  #writtenAt: number;
  readonly #sink: Sink;
  lanes: Lanes = nothing;
  readonly lifetime: Lifetime;
  /** Of the wheel: when the next heartbeat, the end of a stall or of this stream's life is due. */
  tick = 0;
  /** The wheel's tick at which its life is over, and then that at which it's cut. 0: it may live for ever. */
  #endsAt = 0;
  /** Its client was asked to open anew. */
  #isPassing = false;

  /** @param canBeCut whether its client goes on after a cut: then its life is limited. */
  constructor(sink: Sink, lifetime: Lifetime, settings: EventStreamSettings, canBeCut: boolean) {
    this.#sink = sink;
    this.settings = settings;
    this.lifetime = lifetime;
    this.#writtenAt = settings.wheel.now;
    // Those that were opened together, as after a restart, are not to end together.
    if (canBeCut) this.#endIn(settings.limits.connectionLife * (0.8 + 0.2 * Math.random()));
    this.#schedule(settings.heartbeat);
    lifetime.watch(this);
  }

  /**
   * Writes text of whole frames. False: the socket is full now.
   *
   * @param lane whose frames they are; see `discard`
   */
  write(text: string, lane?: object): boolean {
    if (this.closed) return false;
    this.#writtenAt = this.settings.wheel.now;
    if (this.#backlog || text.length > pieceLength) return this.#writeLong(lane, text);
    return this.#sink.write(text) || this.#fill();
  }

  /** Writes bytes of whole frames that others get, too. False: the socket is full now. */
  writeShared(bytes: SharedBytes, lane?: object): boolean {
    if (this.closed) return false;
    this.#writtenAt = this.settings.wheel.now;
    if (this.#backlog || bytes.plain.length > pieceLength) return this.#writeLong(lane, bytes.plain);
    return this.#sink.writeShared(bytes) || this.#fill();
  }

  /** Writes one frame of which others share the rest. */
  writeWithRest(lane: object, text: string, rest: Buffer): void {
    if (this.closed) return;
    this.#writtenAt = this.settings.wheel.now;
    this.#writeLong(lane, text, rest);
  }

  #writeLong(lane: object | undefined, frames: string | Buffer, rest?: Buffer): boolean {
    this.#backlog ??= new Backlog();
    this.#backlog.push(lane, frames, rest);
    return !this.full && this.#flush();
  }

  /** Writes the backlog piece by piece, as long as there is room. False: some is left. */
  #flush(): boolean {
    while (this.#backlog) {
      const piece = this.#backlog.shift();
      if (this.#backlog.isEmpty) this.#backlog = undefined;
      const hasRoom = this.#sink.write(piece);
      if (this.#isEnding && !this.#backlog) this.#sink.end();
      if (!hasRoom) return this.#fill();
    }
    return true;
  }

  /** Where shared bytes may go past this stream: a socket with room. */
  direct(): DirectSocket | undefined {
    return this.closed || this.full ? undefined : this.#sink.direct?.();
  }

  /** See `Sink`. */
  get directVersion(): (() => number) | undefined {
    return this.#sink.directVersion;
  }

  /** What went past it has filled the socket. */
  filled(): void {
    this.#writtenAt = this.settings.wheel.now;
    this.#fill();
  }

  /** Lets go of what a lane has written and the socket has not begun to take. */
  discard(lane: object): void {
    this.#backlog?.discard(lane);
    if (this.#backlog?.isEmpty) this.#backlog = undefined;
  }

  /** The same, also of what the sink holds, where one lane is all of the stream. */
  discardAll(lane: object): void {
    this.discard(lane);
    this.#sink.discard?.();
  }

  /** Ends the stream after the last frame was written. */
  end(): void {
    if (this.closed) return;
    this.#isEnding = true;
    if (!this.#backlog) this.#sink.end();
    this.lifetime.end();
    // Whoever doesn't read what is left holds the socket no longer than in mid-stream.
    if (this.full) this.settings.wheel.schedule(this, this.settings.stallTimeout);
  }

  /** Tells the client to open anew, and then to let go of this stream. PROTOCOL §5.10. */
  drain(): void {
    this.write(encodeFrame({ kind: "drain", retry: Math.ceil(Math.random() * stagger) }));
  }

  /** Ends the stream as a connection would break: the client comes again. Who doesn't read is not waited for. */
  cut(): void {
    if (this.closed) return;
    if (this.full) this.#sink.destroy();
    else this.#sink.end();
    this.lifetime.end();
  }

  /** Of the wheel. */
  fire(): void {
    const { wheel, heartbeat, stallTimeout } = this.settings;
    const writtenAt = Math.max(this.#writtenAt, this.lanes.writtenAt);
    const rest = (this.full ? stallTimeout : heartbeat) - (wheel.now - writtenAt) * wheel.resolution;
    if (this.closed && rest > 0) {
      wheel.schedule(this, rest);
    } else if (this.closed) {
      this.#sink.destroy();
    } else if (this.#endsAt > 0 && this.#endsAt <= wheel.now) {
      this.#passOn();
    } else if (rest > 0) {
      this.#schedule(rest);
    } else if (this.full) {
      this.cut(); // it holds a socket and its buffers, and the log still has what it missed
    } else {
      this.#schedule(heartbeat);
      if (!this.lanes.idle()) this.write(beat);
    }
  }

  /** Its life is over: the client is asked to open anew and, if it hasn't in time, cut. */
  #passOn(): void {
    if (this.#isPassing) {
      this.cut();
    } else {
      this.#isPassing = true;
      this.#endIn(grace);
      this.#schedule(this.settings.heartbeat);
      this.drain();
    }
  }

  #endIn(ms: number): void {
    const { now, resolution } = this.settings.wheel;
    if (ms < Number.POSITIVE_INFINITY) this.#endsAt = now + Math.ceil(ms / resolution);
  }

  /** One deadline serves for all: whichever comes first. */
  #schedule(ms: number): void {
    const { wheel } = this.settings;
    const life = this.#endsAt > 0 ? (this.#endsAt - wheel.now) * wheel.resolution : ms;
    wheel.schedule(this, Math.min(ms, life));
  }

  onEnd(): void {
    const { wheel, open, counters } = this.settings;
    this.closed = true;
    if (!this.#isEnding) this.#backlog = undefined; // nobody is there any more who would get it
    wheel.cancel(this);
    open.delete(this);
    counters.disconnects++;
    this.lanes.over();
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
