import { encodeFrame } from "@sluice/contract/wire";
import type { Lifetime } from "../time/lifetime.js";
import type { Batch } from "../topic/batch.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import type { EventStream } from "./event-stream.js";
import type { LaneFrame, LaneSource, Lanes, OpenLane } from "./lane.js";
import { StreamLane } from "./stream-lane.js";

/**
 * The lane that is the whole event stream: frames have no lane number, and a batch's bytes may go directly to the
 * socket.
 */
export class PlainLane extends StreamLane implements Lanes {
  /** @param expiresAt see `expiryOf` */
  constructor(stream: EventStream, source: LaneSource, expiresAt: number) {
    super(stream, source, expiresAt);
    stream.lanes = this;
    if (stream.closed) this.onStreamEnd();
  }

  /** Begins the stream and serves its only lane. */
  start(): void {
    const { stream, source } = this;
    const { retry, heartbeat } = stream.settings;
    if (stream.closed) return;
    stream.write(encodeFrame({ kind: "retry", ms: retry }) + encodeFrame(source.open(heartbeat)), this);
    source.start(this);
    this.lag();
  }

  get lifetime(): Lifetime {
    return this.stream.lifetime;
  }

  get full(): boolean {
    return this.stream.full;
  }

  get directVersion(): (() => number) | undefined {
    return this.stream.directVersion;
  }

  lag(): void {
    if (!this.full) this.drained();
  }

  caughtUp(): void {}

  cut(): void {
    this.stream.cut();
  }

  // The `Lanes` of the stream: only this one.

  get open(): readonly OpenLane[] {
    return [this];
  }

  get size(): number {
    return 1;
  }

  get writtenAt(): number {
    return this.source.writtenAt ?? 0;
  }

  drained(): void {
    if (!this.hasEnded) this.source.pull(this.stream.settings.limits.bufferedBytes);
  }

  idle(): boolean {
    return this.sendIdle();
  }

  onStreamEnd(): void {
    this.cancelExpiry();
  }

  protected get hasEnded(): boolean {
    return this.stream.closed;
  }

  protected encode(frame: LaneFrame): string {
    return encodeFrame(frame);
  }

  protected frameOf(batch: Batch, index: number): string {
    return batch.frame(index);
  }

  protected bytesOf(batch: Batch): SharedBytes {
    return batch.bytes;
  }

  protected writeFrame(frame: SharedBytes): void {
    this.stream.writeShared(frame, this);
  }

  protected onWritten(): void {}

  protected endNow(): void {
    this.stream.end();
  }
}
