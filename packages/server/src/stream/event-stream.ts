import { encodeFrame, type Frame, type OpenFrame } from "@sluice/contract/wire";
import type { Limits } from "../limits.js";
import { expiredError, expiryOf } from "../procedure/revocable-context.js";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Appointment, Deadline, TimerWheel } from "../time/timer-wheel.js";
import type { Counters } from "../topic/counters.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import { pieceLength, type SharedBytes } from "../topic/shared-bytes.js";
import { Backlog } from "./backlog.js";
import type { Sink } from "./sink.js";

/** What all connections of a server have in common. */
export interface EventStreamSettings {
  readonly wheel: TimerWheel;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Milliseconds that a client should wait before it opens again after a cut. */
  readonly retry: number;
  /** Milliseconds that a full socket may take nothing, before it is given up. */
  readonly stallTimeout: number;
  readonly limits: Pick<Limits, "connectionLife">;
  /** Where a connection is listed as long as it is open. */
  readonly connections: Set<EventStream>;
  readonly counters: Counters;
}

/** Who writes a connection's stream. */
export interface StreamSource {
  /** The procedure's path, and what follows it in a topic's name. */
  readonly topic: string;
  /** The context that middleware made. */
  readonly context: unknown;
  /** Whether a client takes it up again after a cut. */
  readonly resumable: boolean;
  /** The stream's first frame. */
  open(heartbeat: number): OpenFrame;
  /** Writes what follows it. */
  start(connection: EventStream): void;
  /** The wheel's tick at which something of it went past the connection, straight to its socket. */
  readonly writtenAt?: number;
  /** Gives a frame to send as heartbeat, where there is something to say. */
  idleFrame?(): string | undefined;
}

const beat = encodeFrame({ kind: "comment", text: "" });

/** Longest that a client is told to wait before it opens anew; each gets a random part of it, so that they don't come at once. */
const stagger = 1_000;

/** Milliseconds that a client has for it, once its connection's life is over. */
const grace = 5_000;

/** One open stream: what is written goes through here. It ends with its lifetime. */
export class EventStream implements Deadline, EndListener {
  // What a delivery looks at comes first, side by side: of a thousand connections none is in the processor's cache.
  closed = false;
  /** True while the socket takes no more: a writer that can wait, waits. */
  full = false;
  /** When the context's authorisation ends. `undefined`: it says nothing of an end. */
  #expiry: Appointment | undefined;
  /** What waits for room beside what the socket holds. */
  #backlog: Backlog | undefined;
  /** It is over as soon as that is out. */
  #isEnding = false;
  /** What was written since `cork()`. */
  #corked: string | undefined;
  readonly #settings: EventStreamSettings;
  #writtenAt: number;
  readonly #sink: Sink;
  readonly source: StreamSource;
  readonly lifetime: Lifetime;
  /** Of the wheel: when the next heartbeat, the end of a stall or of this connection's life is due. */
  tick = 0;
  /** The wheel's tick at which its life is over, and then that at which it's cut. 0: it may live for ever. */
  #endsAt = 0;
  /** Its client was asked to open anew. */
  #isPassing = false;
  #waiting: (() => void)[] | undefined;

  constructor(sink: Sink, source: StreamSource, lifetime: Lifetime, settings: EventStreamSettings) {
    this.#sink = sink;
    this.source = source;
    this.#settings = settings;
    this.lifetime = lifetime;
    this.#writtenAt = settings.wheel.now;
    // Those that were opened together, as after a restart, are not to end together.
    if (source.resumable) this.#endIn(settings.limits.connectionLife * (0.8 + 0.2 * Math.random()));
    this.#schedule(settings.heartbeat);
    const at = expiryOf(source.context);
    if (at < Number.POSITIVE_INFINITY) {
      this.#expiry = { at, tick: 0, fire: () => this.#expire() };
      settings.wheel.scheduleAt(this.#expiry);
    }
    lifetime.watch(this);
  }

  start(): void {
    if (this.closed) return;
    const { retry, heartbeat } = this.#settings;
    this.write(encodeFrame({ kind: "retry", ms: retry }) + encodeFrame(this.source.open(heartbeat)));
    this.source.start(this);
  }

  /** Writes text of whole frames. False: the socket is full now. */
  write(text: string): boolean {
    if (this.closed || this.#hasExpired) return false;
    if (this.#corked !== undefined) {
      this.#corked += text;
      return !this.full;
    }
    this.#writtenAt = this.#settings.wheel.now;
    if (this.#backlog || text.length > pieceLength) return this.#writeLong(text);
    return this.#sink.write(text) || this.#fill();
  }

  /** Writes the bytes of so many events, or of a snapshot, which others get, too. False: the socket is full now. */
  writeShared(bytes: SharedBytes, events: number): boolean {
    if (this.closed || (this.#expiry && this.#hasExpired)) return false;
    if (this.#corked !== undefined) {
      this.uncork();
      if (this.closed) return false;
    }
    const { counters, wheel } = this.#settings;
    counters.delivered += events;
    if (events > 0) counters.bytes += bytes.plain.length;
    this.#writtenAt = wheel.now;
    if (this.#backlog || bytes.plain.length > pieceLength) return this.#writeLong(bytes.plain);
    return this.#sink.writeShared(bytes) || this.#fill();
  }

  #writeLong(frames: string | Buffer): boolean {
    this.#backlog ??= new Backlog();
    this.#backlog.push(frames);
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

  /** Where shared bytes may go past this connection, as long as it is open: a socket with room, if no clock ends its stream. */
  get straight(): DirectSocket | undefined {
    if (this.closed || this.full || this.#expiry || this.#corked !== undefined) return undefined;
    return this.#sink.straight?.();
  }

  /** See `Sink`. */
  get straightVersion(): (() => number) | undefined {
    return this.#sink.straightVersion;
  }

  /** What went past it has filled the socket. */
  filled(): void {
    this.#writtenAt = this.#settings.wheel.now;
    this.#fill();
  }

  send(frame: Frame): boolean {
    return this.write(encodeFrame(frame));
  }

  /** Holds text back until `uncork()`, so that what is written step by step goes out in one piece. */
  cork(): void {
    this.#corked ??= "";
  }

  uncork(): void {
    const text = this.#corked;
    this.#corked = undefined;
    if (text) this.write(text);
  }

  /** Writes the last frame and ends the stream. */
  finish(frame: Frame): void {
    this.send(frame);
    this.end();
  }

  /** Ends the stream with an error, ahead of whatever is held back: not one event follows. */
  revoke(code: string, message: string, { isFinal }: { readonly isFinal: boolean }): void {
    if (this.closed) return;
    this.#corked = undefined;
    this.#backlog?.discard();
    if (this.#backlog?.isEmpty) this.#backlog = undefined;
    this.#sink.discard?.();
    this.finish({ kind: "error", code, message, final: isFinal });
  }

  /** Ends the stream after the last frame was written. */
  end(): void {
    if (this.closed) return;
    this.uncork();
    this.#isEnding = true;
    if (!this.#backlog) this.#sink.end();
    this.lifetime.end();
    // Whoever doesn't read what is left holds the socket no longer than in mid-stream.
    if (this.full) this.#settings.wheel.schedule(this, this.#settings.stallTimeout);
  }

  /** Tells the client to open anew, and then to let go of this stream. PROTOCOL §5.10. */
  drain(): void {
    this.send({ kind: "drain", retry: Math.ceil(Math.random() * stagger) });
  }

  /** Ends the stream as a connection would break: the client comes again. Who doesn't read is not waited for. */
  cut(): void {
    if (this.closed) return;
    if (this.full) this.#sink.destroy();
    else this.#sink.end();
    this.lifetime.end();
  }

  /** Resolves when there is room, or nothing more to be written to. */
  async writable(): Promise<void> {
    while (this.full && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#waiting ??= [];
        this.#waiting.push(resolve);
      });
    }
  }

  /** Of the wheel. */
  fire(): void {
    const { wheel, heartbeat, stallTimeout } = this.#settings;
    const writtenAt = Math.max(this.#writtenAt, this.source.writtenAt ?? 0);
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
      this.uncork(); // what more was to go out with it takes its time
      this.write(this.source.idleFrame?.() ?? beat);
    }
  }

  /** Its life is over: the client is asked to open anew and, if it hasn't in time, cut. */
  #passOn(): void {
    if (this.#isPassing) {
      this.cut();
    } else {
      this.#isPassing = true;
      this.#endIn(grace);
      this.#schedule(this.#settings.heartbeat);
      this.drain();
    }
  }

  #endIn(ms: number): void {
    const { now, resolution } = this.#settings.wheel;
    if (ms < Number.POSITIVE_INFINITY) this.#endsAt = now + Math.ceil(ms / resolution);
  }

  /** One deadline serves for all: whichever comes first. */
  #schedule(ms: number): void {
    const { wheel } = this.#settings;
    const life = this.#endsAt > 0 ? (this.#endsAt - wheel.now) * wheel.resolution : ms;
    wheel.schedule(this, Math.min(ms, life));
  }

  onEnd(): void {
    const { wheel, connections, counters } = this.#settings;
    this.closed = true;
    if (!this.#isEnding) this.#backlog = undefined; // nobody is there any more who would get it
    wheel.cancel(this);
    if (this.#expiry) wheel.cancel(this.#expiry);
    connections.delete(this);
    counters.disconnects++;
    this.#wake();
  }

  /** Deadlines are kept to a tick of the wheel, and not one event may come after this one: so writing looks, too. */
  get #hasExpired(): boolean {
    if (!this.#expiry || this.#settings.wheel.time < this.#expiry.at) return false;
    this.#expire();
    return true;
  }

  #expire(): void {
    if (this.#expiry) this.#settings.wheel.cancel(this.#expiry);
    this.#expiry = undefined;
    this.revoke("unauthorized", expiredError().message, { isFinal: false });
  }

  #fill(): false {
    if (this.full) return false;
    this.full = true;
    const { wheel, stallTimeout } = this.#settings;
    wheel.cancel(this);
    this.#schedule(stallTimeout);
    this.#sink.onDrain(() => this.#drained());
    return false;
  }

  #drained(): void {
    const { wheel, heartbeat } = this.#settings;
    this.full = false;
    wheel.cancel(this);
    if (this.#backlog) this.#writtenAt = wheel.now;
    if (!this.#flush() || this.closed) return;
    this.#schedule(heartbeat);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resolve of waiting) resolve();
  }
}
