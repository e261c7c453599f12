import { SluiceError } from "@sluice/contract";
import { createFrameDecoder, encodeFrame, type Frame } from "@sluice/contract/wire";
import type { Connection, ConnectionStatus } from "../transport/connection-state.js";
import { failLane, type LaneEnd, type LaneFrame, type LaneReader, readLane } from "../transport/lane-reader.js";
import type { LaneRequest, LaneSink, Transport } from "../transport/transport.js";

interface Carried {
  readonly request: LaneRequest;
  readonly sink: LaneSink;
  become(status: ConnectionStatus): void;
}

/** A stream of all open lanes, as a server would write it. */
interface OneStream {
  /** The cursors to resume from, in the order in which lanes were created. */
  readonly cursors: readonly (string | undefined)[];
  send(...frames: Frame[]): void;
  cut(): void;
}

/**
 * A minimal transport of many lanes on one stream (PROTOCOL §10): a test opens the stream and sends its frames. It
 * never retries.
 */
export function createOneStreamTransport(): Transport & { connect(): OneStream } {
  const lanes = new Set<Carried>();

  function connect(): OneStream {
    const asked = [...lanes];
    const cursors = asked.map(({ request }) => request.resume.resumeFrom);
    const readers = new Map<number, LaneReader>();
    for (const lane of asked) lane.become("connecting");

    const readerOf = (lane: Carried): LaneReader => ({
      request: lane.request,
      sink: {
        opened: lane.sink.opened,
        frame(frame) {
          lane.sink.frame(frame);
          if (frame.kind === "live") lane.become("live");
        },
      },
    });
    const endOf =
      (lane: Carried): LaneEnd<LaneReader> =>
      (_, error, retry) => {
        if (retry !== "no") return lane.become("reconnecting");
        lanes.delete(lane);
        lane.sink.over(error);
      };
    const read = (frame: LaneFrame) => {
      if (frame.kind === "open") {
        const lane = asked[frame.subscriptions?.[0] ?? -1] as Carried;
        readers.set(frame.lane as number, readerOf(lane));
      }
      const reader = readers.get(frame.lane as number);
      const lane = asked[(frame.kind === "open" ? frame : reader?.open)?.subscriptions?.[0] ?? -1];
      if (!reader || !lane || !lanes.has(lane)) return; // it was closed; the others go on
      try {
        readLane(reader, frame, endOf(lane));
      } catch (error) {
        failLane(reader, SluiceError.from(error), "no", endOf(lane));
      }
    };
    const decoder = createFrameDecoder((frame) => {
      if ("lane" in frame) read(frame as LaneFrame);
    });
    return {
      cursors,
      send: (...frames) => decoder.push(new TextEncoder().encode(frames.map(encodeFrame).join(""))),
      cut() {
        for (const lane of [...lanes]) lane.become("reconnecting");
      },
    };
  }

  return {
    connect,
    lane(request, sink) {
      let connection: Connection = { status: "closed", attempt: 0, since: 0, cursor: () => request.resume.cursor };
      const lane: Carried = {
        request,
        sink,
        become(status) {
          connection = { ...connection, status };
          if (lanes.has(lane)) sink.changed(connection);
        },
      };
      const open = () => void lanes.add(lane);
      return { open, nudge: open, close: () => void lanes.delete(lane) };
    },
  };
}
