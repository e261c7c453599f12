import { expired } from "../procedure/revocable-context.js";
import type { Lifetime } from "../time/lifetime.js";
import type { WallClockDeadline } from "../time/timer-wheel.js";
import type { Batch } from "../topic/batch.js";
import type { DirectSocket, LaneSocket } from "../topic/direct-subscribers.js";
import type { Framing, SharedBytes } from "../topic/shared-bytes.js";
import { byteLength } from "../topic/utf8.js";
import type { EventStream } from "./event-stream.js";
import { isUnavailable, type Lane, type LaneFrame, type LaneSource, type OpenLane } from "./lane.js";

/** The common part of all lanes of event streams: expiry, revocation and corking. */
export abstract class StreamLane implements Lane, OpenLane {
  readonly source: LaneSource;
  protected readonly stream: EventStream;
  /** When the context's authorisation expires. `undefined`: never. */
  #expiry: WallClockDeadline | undefined;
  /** The text sent since `cork()`. */
  #corked: string | undefined;

  /** @param expiresAt milliseconds since the Unix epoch, or `Infinity`; see `expiryOf` */
  constructor(stream: EventStream, source: LaneSource, expiresAt: number) {
    this.stream = stream;
    this.source = source;
    if (expiresAt < Number.POSITIVE_INFINITY) {
      this.#expiry = { at: expiresAt, tick: 0, fire: () => this.#expire() };
      stream.settings.wheel.scheduleAt(this.#expiry);
    }
  }

  abstract readonly lifetime: Lifetime;
  abstract readonly full: boolean;
  protected abstract readonly hasEnded: boolean;
  abstract readonly directVersion: (() => number) | undefined;
  /** The text of a frame, in this lane's form. */
  protected abstract encode(frame: LaneFrame): string;
  /** The text of one frame of a batch, in this lane's form. */
  protected abstract frameOf(batch: Batch, index: number): string;
  protected abstract bytesOf(batch: Batch): SharedBytes;
  protected abstract writeFrame(frame: SharedBytes): void;
  /** Called with the number of bytes written. */
  protected abstract onWritten(bytes: number): void;
  protected abstract endNow(): void;
  abstract lag(): void;
  abstract caughtUp(): void;
  abstract cut(): void;

  /** A direct write can check no expiry and pass no corked text, so it is allowed only without both. */
  direct(): DirectSocket | LaneSocket | undefined {
    return this.#expiry || this.#corked !== undefined ? undefined : this.stream.direct();
  }

  get framing(): Framing {
    return this.stream.framing;
  }

  filled(): void {
    this.stream.filled();
  }

  send(frame: LaneFrame): boolean {
    return this.#write(this.encode(frame));
  }

  deliver(batch: Batch, picked?: readonly number[]): boolean {
    if (this.#corked !== undefined && !picked) this.uncork();
    if (this.full || this.hasEnded || (this.#expiry && this.hasExpired)) return false;
    const { counters } = this.stream.settings;
    if (picked) {
      let frames = "";
      for (const index of picked) frames += this.frameOf(batch, index);
      counters.delivered += picked.length;
      counters.bytes += byteLength(frames);
      this.#write(frames);
    } else {
      const bytes = this.bytesOf(batch);
      counters.delivered += batch.entries.length;
      counters.bytes += bytes.plain.length;
      this.stream.writeShared(bytes, this);
      this.onWritten(bytes.plain.length);
    }
    return true;
  }

  sendShared(frame: SharedBytes): void {
    this.uncork();
    if (this.hasEnded || this.hasExpired) return;
    this.writeFrame(frame);
    this.onWritten(frame.plain.length);
  }

  /** False: the lane is full now, or has ended. */
  #write(text: string): boolean {
    if (this.hasEnded || this.hasExpired) return false;
    if (this.#corked !== undefined) this.#corked += text;
    else {
      this.stream.write(text, this);
      this.onWritten(text.length);
    }
    return !this.full && !this.hasEnded;
  }

  cork(): void {
    this.#corked ??= "";
  }

  uncork(): void {
    const text = this.#corked;
    this.#corked = undefined;
    if (text) this.#write(text);
  }

  finish(frame: LaneFrame): void {
    if (isUnavailable(frame)) this.stream.closesConnection = true;
    this.send(frame);
    this.end();
  }

  end(): void {
    if (this.hasEnded) return;
    this.uncork();
    if (!this.hasEnded) this.endNow();
  }

  revoke(code: string, message: string, { isFinal }: { readonly isFinal: boolean }): void {
    if (this.hasEnded) return;
    this.#corked = undefined;
    this.stream.discard(this);
    this.finish({ kind: "error", code, message, final: isFinal });
  }

  /**
   * Sends corked text (it waits for at most one heartbeat) and the source's idle frame. False: there is no idle frame.
   */
  protected sendIdle(): boolean {
    this.uncork();
    const frame = this.source.idleFrame?.();
    if (frame) this.send(frame);
    return frame !== undefined;
  }

  protected cancelExpiry(): void {
    if (this.#expiry) this.stream.settings.wheel.cancel(this.#expiry);
    this.#expiry = undefined;
  }

  /** A deadline can fire one tick late, and no event may follow the expiry, so each write checks it too. */
  protected get hasExpired(): boolean {
    if (!this.#expiry || this.stream.settings.wheel.time < this.#expiry.at) return false;
    this.#expire();
    return true;
  }

  #expire(): void {
    this.cancelExpiry();
    this.revoke("unauthorized", expired, { isFinal: false });
  }
}
