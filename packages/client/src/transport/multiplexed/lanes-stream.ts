import { type AnyProcedure, retryOf, SluiceError } from "@sluice/contract";
import { createFrameDecoder, type Frame, WireError } from "@sluice/contract/wire";
import { createTimer } from "../../platform/timer.js";
import { failureOf } from "../../wire/failure.js";
import { readStream } from "../connect.js";
import { createLaneReader, isRefused, type LaneReader } from "../lane-reader.js";
import { createLiveness } from "../liveness.js";
import type { Retry } from "../retry.js";
import type { TransportSettings } from "../settings.js";
import type { CarriedLane, LanesStream } from "./carried-lane.js";

export interface LanesStreamSink {
  /** The first bytes came. */
  answered(): void;
  /** A lane has opened. False: it does not want the frames that follow. */
  opened(lane: CarriedLane, asked: string | undefined): boolean;
  /** A lane's cursor may have moved. */
  moved(): void;
  ended(lane: CarriedLane, error: SluiceError | undefined, retry: Retry): void;
  /** A plain generator: it doesn't run here. */
  refused(lane: CarriedLane): void;
  /** Bytes came for a lane that has left; with `isAttended`, it was its `$open`, and the server acts on its leaving. */
  wasted(isAttended: boolean): void;
  drain(ms: number): void;
  /** The stream is over, with an error unless all is over. */
  failed(error: SluiceError | undefined, retry: Retry): void;
}

/** PROTOCOL §10.1. */
const streams = { kind: "subscription", path: "$streams", errors: {} } as unknown as AnyProcedure;

/** Opens a stream with these lanes. PROTOCOL §10. */
export function openLanes(
  settings: TransportSettings,
  lanes: readonly CarriedLane[],
  sink: LanesStreamSink,
): LanesStream {
  const { clock, connectTimeout } = settings;
  const controller = new AbortController();
  const subscriptions = lanes.map(({ request: { target, resume } }) => ({
    path: target.procedure.path,
    input: target.input,
    cursor: resume.resumeFrom,
  }));
  const pending: LanesStream["pending"] = new Map(lanes.map((lane, index) => [lane, subscriptions[index]?.cursor]));
  const open = new Set<CarriedLane>();
  const numbered = new Map<number, [CarriedLane, LaneReader][]>();
  const liveness = createLiveness(clock, connectTimeout, (error) => fail(error, "yes"));
  const opening = createTimer(clock);
  const decoder = createFrameDecoder(onFrame, settings);
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
    sink.failed(error, retry);
  }

  /** The timeout of lanes that haven't opened while others have, or were refused; before the first, it is the liveness's. */
  function timeOut(): void {
    if (numbered.size === 0) return;
    const error = new SluiceError("timeout", {
      message: `The server did not open the lane within ${connectTimeout} ms.`,
    });
    for (const lane of pending.keys()) sink.ended(lane, error, "yes");
  }

  const readerOf = (lane: CarriedLane): LaneReader => {
    const { sink: own, request } = lane;
    const reader = createLaneReader(request.target.procedure, {
      opened(frame) {
        const asked = pending.get(lane);
        if (isRefused(frame) || !pending.delete(lane) || !sink.opened(lane, asked)) return;
        lane.isAttended = frame.attended === true;
        own.opened(frame);
      },
      frame(frame) {
        own.frame(frame);
        sink.moved();
      },
      closed: (error, retry) => sink.ended(lane, error, retry),
    });
    return reader;
  };

  function onFrame(frame: Frame): void {
    if (isOver) return; // the rest of a chunk after a close
    switch (frame.kind) {
      case "comment":
        return;
      case "retry":
        if (numbered.size === 0) for (const { sink } of pending.keys()) sink.rebase(frame.ms);
        return;
      case "drain":
        sink.drain(frame.retry);
        return;
    }
    const { lane: number } = frame;
    if (number === undefined) return; // the end of all lanes, or of a later version of the protocol
    if (frame.kind === "open" && !numbered.has(number)) {
      if (numbered.size === 0) liveness.opened(frame.heartbeat);
      const served = (frame.subscriptions ?? []).map((index) => lanes[index]).filter((lane) => lane !== undefined);
      numbered.set(
        number,
        served.map((lane) => [lane, readerOf(lane)]),
      );
    }
    for (const [lane, reader] of numbered.get(number) ?? []) {
      const isHere = open.has(lane) || pending.has(lane);
      if (isOver) return;
      if (!isHere) {
        stream.wasted += 50 + ("data" in frame ? String(frame.data).length : 0);
        sink.wasted(frame.kind === "open" && frame.attended === true);
      } else if (frame.kind === "error" && frame.code === "unavailable" && reader.open?.stream === "stream") {
        sink.refused(lane);
      } else {
        try {
          reader.read(frame);
        } catch (error) {
          if (error instanceof WireError) throw error;
          reader.fail(failureOf(error));
        }
      }
    }
  }

  const stream: LanesStream = {
    pending,
    open,
    isAnswered: false,
    wasted: 0,
    check: liveness.check,
    close,
  };
  opening.set(timeOut, connectTimeout);

  const target = { procedure: streams, input: undefined, text: undefined };
  readStream(settings, target, { subscriptions }, controller.signal, {
    onBytes(chunk) {
      liveness.touch();
      if (!stream.isAnswered) {
        stream.isAnswered = true;
        sink.answered();
      }
      decoder.push(chunk);
    },
  }).then(
    () => fail(undefined, "no"),
    (thrown: unknown) => {
      const error = failureOf(thrown);
      fail(error, thrown instanceof WireError ? "yes" : retryOf(error.code));
    },
  );
  return stream;
}
