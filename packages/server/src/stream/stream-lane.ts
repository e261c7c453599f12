import { expiredError } from "../procedure/revocable-context.js";
import type { Lifetime } from "../time/lifetime.js";
import type { Appointment } from "../time/timer-wheel.js";
import type { Batch } from "../topic/batch.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import type { EventStream } from "./event-stream.js";
import type { Lane, LaneFrame, LaneSource, OpenLane } from "./lane.js";

/** What all lanes of event streams have in common: expiry, revocation, and what is held back. */
export abstract class StreamLane implements Lane, OpenLane {
  readonly source: LaneSource;
  protected readonly stream: EventStream;
  /** When the context's authorisation ends. `undefined`: it says nothing of an end. */
  #expiry: Appointment | undefined;
  /** What was sent since `cork()`. */
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
  protected abstract readonly isOver: boolean;
  abstract readonly directVersion: (() => number) | undefined;
  /** The text of a frame in this lane's form. */
  protected abstract encode(frame: LaneFrame): string;
  /** The text of one of a batch's frames in this lane's form. */
  protected abstract frameOf(batch: Batch, index: number): string;
  protected abstract bytesOf(batch: Batch): SharedBytes;
  protected abstract writeFrame(frame: SharedBytes): void;
  /** Told how many bytes were written. */
  protected abstract took(bytes: number): void;
  protected abstract discard(): void;
  protected abstract endNow(): void;
  abstract lag(): void;
  abstract caughtUp(): void;
  abstract cut(): void;

  /** Where shared bytes may go past it: no clock ends it, and nothing is held back. */
  direct(): DirectSocket | undefined {
    return this.#expiry || this.#corked !== undefined ? undefined : this.stream.direct();
  }

  filled(): void {
    this.stream.filled();
  }

  send(frame: LaneFrame): boolean {
    return this.#write(this.encode(frame));
  }

  deliver(batch: Batch, picked?: readonly number[]): boolean {
    if (this.#corked !== undefined && !picked) this.uncork();
    if (this.full || this.isOver || (this.#expiry && this.#hasExpired)) return false;
    const { counters } = this.stream.settings;
    if (picked) {
      let frames = "";
      for (const index of picked) frames += this.frameOf(batch, index);
      counters.delivered += picked.length;
      counters.bytes += Buffer.byteLength(frames);
      this.#write(frames);
    } else {
      const bytes = this.bytesOf(batch);
      counters.delivered += batch.entries.length;
      counters.bytes += bytes.plain.length;
      this.stream.writeShared(bytes, this);
      this.took(bytes.plain.length);
    }
    return true;
  }

  sendShared(frame: SharedBytes): void {
    this.uncork();
    if (this.isOver || this.#hasExpired) return;
    this.writeFrame(frame);
    this.took(frame.plain.length);
  }

  /** False: it is full now, or over. */
  #write(text: string): boolean {
    if (this.isOver || this.#hasExpired) return false;
    if (this.#corked !== undefined) this.#corked += text;
    else {
      this.stream.write(text, this);
      this.took(text.length);
    }
    return !this.full && !this.isOver;
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
    this.send(frame);
    this.end();
  }

  end(): void {
    if (this.isOver) return;
    this.uncork();
    if (!this.isOver) this.endNow();
  }

  revoke(code: string, message: string, { isFinal }: { readonly isFinal: boolean }): void {
    if (this.isOver) return;
    this.#corked = undefined;
    this.discard();
    this.finish({ kind: "error", code, message, final: isFinal });
  }

  /** Sends what is held back, which takes its time, and where the source stands. False: there is nothing to say. */
  protected sayWhere(): boolean {
    this.uncork();
    const frame = this.source.idleFrame?.();
    if (frame) this.send(frame);
    return frame !== undefined;
  }

  protected cancelExpiry(): void {
    if (this.#expiry) this.stream.settings.wheel.cancel(this.#expiry);
    this.#expiry = undefined;
  }

  /** Deadlines are kept to a tick of the wheel, and not one event may come after this one: so writing looks, too. */
  get #hasExpired(): boolean {
    if (!this.#expiry || this.stream.settings.wheel.time < this.#expiry.at) return false;
    this.#expire();
    return true;
  }

  #expire(): void {
    this.cancelExpiry();
    this.revoke("unauthorized", expiredError().message, { isFinal: false });
  }
}
