import type { AnyProcedure, SluiceError } from "@sluice/contract";
import { retryOf } from "@sluice/contract/internal";
import { createFrameDecoder, type Frame, textNumber, WireError } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import { createTimer } from "../platform/timer.js";
import { failureOf, timeoutError } from "../wire/failure.js";
import type { AttemptSink } from "./attempt.js";
import { readStream } from "./connect.js";
import { failLane, isOpen, type LaneReader, readLane } from "./lane-reader.js";
import { createLiveness } from "./liveness.js";
import type { Retry } from "./retry.js";
import type { TransportSettings } from "./settings.js";

/** An attempt of a lane, as the streams know it. */
export interface LaneAttempt extends LaneReader {
  readonly sink: AttemptSink;
  /** The stream that it was asked for on. None: it waits to be asked for, or is over. */
  stream?: EventStream | undefined;
}

/** Who opened a stream with numbered lanes. */
export interface StreamSink {
  /** Bytes were read, or the stream is over. */
  changed(): void;
  /** A plain generator: it doesn't run here. */
  refused(lane: LaneAttempt): void;
  /** The stream is over. Lanes that are dropped now haven't failed. */
  failed(error: SluiceError | undefined): void;
}

/** An event stream, with one lane that has no number, or with numbered ones. PROTOCOL §10. */
export interface EventStream {
  /** Those that are still wanted: first those without `$open`, then those with, in the order in which they have opened. */
  readonly lanes: ReadonlySet<LaneAttempt>;
  /** Bytes have come: it has one of the browser's connections. */
  readonly hasAnswered: boolean;
  /** More has come for lanes that have left than it costs to open the others again, or the server acts on their leaving. */
  readonly isWasteful: boolean;
  /** Makes the watchdog check now. */
  check(): void;
  /** The lane leaves. With the last one, the stream closes. False: it wasn't here. */
  drop(lane: LaneAttempt): boolean;
  close(): void;
}

/** What a lane costs to open again, in bytes, roughly. */
const openingCost = 250;

/** PROTOCOL §10.1. */
const streams = { kind: "subscription", path: "$streams", errors: {} } as unknown as AnyProcedure;

/** @param sink absent: for a stream of its own of the one lane. */
export function openStream(
  settings: TransportSettings,
  asked: readonly [LaneAttempt, ...LaneAttempt[]],
  sink?: StreamSink,
): EventStream {
  const { clock, connectTimeout, refresher } = settings;
  const { target, resume } = asked[0].request;
  const controller = new AbortController();
  const mark = refresher.mark();
  const lanes = new Set(asked);
  /** The only lane of a stream of its own has no number. */
  const byNumber = new Map<number | undefined, readonly LaneAttempt[]>();
  /** By index, what no lane serves yet. */
  const unserved: (LaneAttempt | undefined)[] = [...asked];
  const liveness = createLiveness(clock, connectTimeout, (error) => fail(error, "yes"));
  const opening = createTimer(clock);
  const decoder = createFrameDecoder(onFrame, settings);
  let wasted = 0;
  let hasAnswered = false;
  let hasBegun = false;
  let isOver = false;

  function close(): void {
    isOver = true;
    liveness.stop();
    opening.clear();
    controller.abort();
  }

  function fail(error: SluiceError | undefined, retry: Retry): void {
    if (isOver) return;
    close();
    sink?.failed(error);
    for (const lane of [...lanes]) failLane(lane, error, retry, end);
    sink?.changed();
  }

  function leave(lane: LaneAttempt): boolean {
    const wasHere = lanes.delete(lane);
    if (lanes.size === 0) close();
    return wasHere;
  }

  function end(lane: LaneAttempt, error: SluiceError | undefined, retry: Retry): void {
    if (leave(lane)) lane.sink.closed(error, retry, mark);
  }

  function onFrame(frame: Frame): void {
    if (isOver) return; // the rest of a chunk after a close
    switch (frame.kind) {
      case "comment":
        return;
      case "retry":
        // A later one, as of a drain, is for native EventSources.
        if (!hasBegun) for (const lane of [...lanes]) lane.sink.rebase(frame.ms);
        return;
      case "drain":
        for (const lane of [...lanes]) lane.sink.drain(frame.retry);
        return;
      case "store":
        for (const lane of [...lanes]) lane.sink.store(!frame.up || undefined);
        return;
    }
    const number = frame.lane;
    if (sink && number === undefined) return; // the end of all lanes, or of a later version of the protocol
    if (!byNumber.has(number)) {
      if (sink && frame.kind === "unknown") return; // PROTOCOL §5.13
      const served = sink && frame.kind === "open" ? (frame.subscriptions ?? []) : [-1];
      byNumber.set(number, (number === undefined ? [0] : served).map(take));
    }
    if (frame.kind === "open" && !hasBegun) {
      hasBegun = true;
      liveness.opened(frame.heartbeat, !!sink || frame.resumable);
    }
    for (const lane of byNumber.get(number) ?? []) {
      if (isOver) return;
      if (!lanes.has(lane)) {
        const isAttended = frame.kind === "open" && frame.attended;
        wasted += isAttended ? Number.POSITIVE_INFINITY : 50 + ("data" in frame ? String(frame.data).length : 0);
        continue;
      }
      if (frame.kind === "open") {
        lanes.delete(lane);
        lanes.add(lane);
      }
      if (sink && frame.kind === "error" && frame.code === "unavailable" && lane.open?.stream === "stream") {
        leave(lane);
        sink.refused(lane);
        continue;
      }
      try {
        readLane(lane, frame, end);
      } catch (thrown) {
        if (thrown instanceof WireError) throw thrown;
        const error = failureOf(thrown);
        failLane(lane, error, retryOf(error.code), end);
      }
    }
  }

  /** A lane serves it. PROTOCOL §10.2. */
  function take(index: number): LaneAttempt {
    const lane = unserved[index];
    if (!lane) {
      throw new WireError(
        isDevelopment ? "The stream has a lane that must not be there, or hasn't begun." : textNumber(18, index),
      );
    }
    unserved[index] = undefined;
    return lane;
  }

  /** The timeout of lanes that haven't opened while others have, or were refused; before the first, it is the liveness's. */
  function timeOut(): void {
    if (!hasBegun) return;
    const message = isDevelopment ? `The server did not open the lane within ${connectTimeout} ms.` : undefined;
    for (const lane of [...lanes]) if (!isOpen(lane)) end(lane, timeoutError(message), "yes");
    sink?.changed();
  }

  if (sink) opening.set(timeOut, connectTimeout);
  readStream(
    settings,
    sink ? { procedure: streams, input: undefined, text: undefined } : target,
    sink ? { subscriptions: asked.map(askFor) } : { cursor: resume.resumeFrom },
    controller.signal,
    {
      onBytes(chunk) {
        hasAnswered = true;
        liveness.touch();
        decoder.push(chunk);
        sink?.changed();
      },
      ready() {
        const held = asked[0].sink.ready?.();
        if (!held) return undefined;
        liveness.hold(true);
        return held.then(() => liveness.hold(false));
      },
    },
  ).then(
    () => fail(undefined, "no"),
    (thrown: unknown) => {
      const error = failureOf(thrown);
      fail(error, sink && thrown instanceof WireError ? "yes" : retryOf(error.code));
    },
  );

  return {
    lanes,
    get hasAnswered() {
      return hasAnswered;
    },
    get isWasteful() {
      return wasted > openingCost * lanes.size;
    },
    check: liveness.check,
    drop(lane) {
      wasted += lane.open?.attended ? Number.POSITIVE_INFINITY : openingCost;
      return leave(lane);
    },
    close,
  };
}

const askFor = ({ request }: LaneAttempt) => ({
  path: request.target.procedure.path,
  input: request.target.input,
  cursor: request.resume.resumeFrom,
});
