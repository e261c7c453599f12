import type { SluiceError } from "@sluice/contract";
import { createFrameDecoder, type Frame, WireError } from "@sluice/contract/wire";
import { failureOf } from "../wire/failure.js";
import { readStream } from "./connect.js";
import { createLaneReader, type LaneReaderSink } from "./lane-reader.js";
import { createLiveness } from "./liveness.js";
import type { Retry } from "./retry.js";
import type { TransportSettings } from "./settings.js";
import type { LaneRequest, LaneSink } from "./transport.js";

/**
 * `closed` is called once. Nothing is called after it, or after `close`. `opened` is called again when the attempt has moved
 * to another stream.
 */
export interface AttemptSink extends LaneReaderSink {
  /** @param mark identifies the credentials of the stream; default: those of when the attempt began. */
  closed(error: SluiceError | undefined, retry: Retry, mark?: number): void;
  readonly ready: LaneSink["ready"] | undefined;
  /** The subscription's first attempt. */
  readonly isFirst: boolean;
  /** The stream is gone, and another is under way already: `opened` or `closed` follows. */
  lost(error?: SluiceError): void;
  /** The `retry:` line at the start of a stream, in milliseconds. */
  rebase(ms: number): void;
  drain(ms: number): void;
}

export interface Attempt {
  /** Makes the watchdog check now. */
  check(): void;
  close(): void;
}

/**
 * One attempt at a stream with one lane, from request to end: decodes bytes to frames, and turns every way to end into
 * `closed`.
 */
export function startAttempt(settings: TransportSettings, { target, resume }: LaneRequest, sink: AttemptSink): Attempt {
  const controller = new AbortController();
  const liveness = createLiveness(settings.clock, settings.connectTimeout, (error) => lane.fail(error));
  const decoder = createFrameDecoder(onFrame, settings);
  let isOver = false;
  const lane = createLaneReader(target.procedure, {
    opened(frame) {
      liveness.opened(frame.heartbeat, frame.resumable);
      if (!isOver) sink.opened(frame); // setting the heartbeat may have ended it
    },
    frame: sink.frame,
    closed,
  });

  function close(): void {
    isOver = true;
    liveness.stop();
    controller.abort();
  }

  function closed(error: SluiceError | undefined, retry: Retry): void {
    if (isOver) return;
    close();
    sink.closed(error, retry);
  }

  function onFrame(frame: Frame): void {
    if (isOver) return; // the rest of a chunk after a close
    switch (frame.kind) {
      case "drain":
        sink.drain(frame.retry);
        break;
      case "retry":
        // A later one, as of a drain, is for native EventSources.
        if (!lane.open) sink.rebase(frame.ms);
        break;
      case "comment":
        break;
      default:
        if (frame.lane !== undefined) {
          throw new WireError(`The stream has a frame of lane ${frame.lane}; it must have none.`);
        }
        lane.read(frame);
    }
  }

  const ready = (): Promise<void> | undefined => {
    const held = sink.ready?.();
    if (!held) return undefined;
    liveness.hold(true);
    return held.then(() => liveness.hold(false));
  };
  const onBytes = (chunk: Uint8Array): void => {
    liveness.touch();
    decoder.push(chunk);
  };

  readStream(settings, target, { cursor: resume.resumeFrom }, controller.signal, { onBytes, ready }).then(
    () => closed(undefined, "no"),
    (error: unknown) => lane.fail(failureOf(error)),
  );

  return { check: liveness.check, close };
}
