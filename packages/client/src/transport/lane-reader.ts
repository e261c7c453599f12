import { type AnySubscription, SluiceError } from "@sluice/contract";
import { retryOf, stateVersionOf } from "@sluice/contract/internal";
import { type Frame, type OpenFrame, textNumber, WireError } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import { decodeError } from "../wire/decode-error.js";
import type { Retry } from "./retry.js";
import type { LaneRequest, LaneSink } from "./transport.js";

/** Frames of a lane, whether it has a number or a stream of its own. */
export type LaneFrame = Exclude<Frame, { kind: "drain" | "store" | "retry" | "comment" }>;

/** Who gets a lane's frames. */
export interface LaneReader {
  readonly request: LaneRequest;
  readonly sink: Pick<LaneSink, "opened" | "frame">;
  /** The `$open` that has come. */
  open?: OpenFrame | undefined;
}

/** The lane ended, or failed if there is an error. Unless `retry` is `no`, it may be reopened. */
export type LaneEnd<Lane> = (lane: Lane, error: SluiceError | undefined, retry: Retry) => void;

/**
 * Reads a frame of the lane.
 *
 * @throws WireError for a frame out of place; whatever the sink throws.
 */
export function readLane<Lane extends LaneReader>(lane: Lane, frame: LaneFrame, end: LaneEnd<Lane>): void {
  const { open, sink, request } = lane;
  const { procedure } = request.target;
  switch (frame.kind) {
    case "event":
    case "snapshot":
    case "at":
    case "live":
    case "reset":
      if (!open) {
        throw new WireError(
          isDevelopment ? `The stream begins with ${frame.kind}, not with $open.` : textNumber(15, frame.kind),
        );
      }
      sink.frame(frame);
      break;
    case "open":
      if (open) throw new WireError(isDevelopment ? "The stream has a second $open." : textNumber(16));
      if (!isRefused(frame)) checkVersion(procedure, frame.version);
      lane.open = frame;
      if (isOpen(lane)) sink.opened(frame);
      break;
    case "error": {
      const error = decodeError(procedure, frame);
      const again = retryOf(error.code);
      failLane(lane, error, frame.final ? "no" : again === "no" ? "yes" : again, end);
      break;
    }
    case "end":
      end(lane, undefined, "no");
      break;
    case "unknown":
      break; // from a later version of the protocol; PROTOCOL §5.13
    default:
      frame satisfies never;
  }
}

/** Ends the lane. If it can't be resumed, the error becomes `interrupted`. */
export function failLane<Lane extends LaneReader>(
  lane: Lane,
  error: SluiceError | undefined,
  retry: Retry,
  end: LaneEnd<Lane>,
): void {
  const { open } = lane;
  if (retry === "no" || !open || open.resumable) end(lane, error, retry);
  else end(lane, new SluiceError("interrupted", { cause: error }), "no");
}

/** It has opened, and was not refused. */
export const isOpen = ({ open }: LaneReader): boolean => open !== undefined && !isRefused(open);

/** Of a lane with a number: then `$error` follows. PROTOCOL §10.2. */
const isRefused = ({ lane, head }: OpenFrame): boolean => lane !== undefined && head === undefined;

/**
 * The state of an older server may lack what this contract has. The error is retried: by another server, or after a
 * deploy.
 */
function checkVersion(procedure: AnySubscription, version = 1): void {
  if (version >= stateVersionOf(procedure)) return;
  const { path } = procedure;
  throw new SluiceError("unavailable", {
    message: isDevelopment ? `The server's contract of ${path} is older.` : textNumber(17, path),
  });
}
