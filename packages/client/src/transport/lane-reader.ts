import { type AnySubscription, retryOf, SluiceError, stateVersionOf } from "@sluice/contract";
import { type Frame, type OpenFrame, WireError } from "@sluice/contract/wire";
import { decodeError } from "../wire/decode-error.js";
import type { Retry } from "./retry.js";
import type { LaneSink } from "./transport.js";

/** Frames of a lane, whether it has a number or a stream of its own. */
export type LaneFrame = Exclude<Frame, { kind: "drain" | "retry" | "comment" }>;

export interface LaneReaderSink extends Pick<LaneSink, "opened" | "frame"> {
  /** The lane ended, or failed if there is an error. Unless `retry` is `no`, it may be reopened. */
  closed(error: SluiceError | undefined, retry: Retry): void;
}

/** Reads the frames of one lane, from `$open` to its end. */
export interface LaneReader {
  readonly open: OpenFrame | undefined;
  /** @throws WireError for a frame out of place; whatever the sink throws. */
  read(frame: LaneFrame): void;
  /** Closes the lane. If it can't be resumed, the error becomes `interrupted`. */
  fail(error: SluiceError, retry?: Retry): void;
}

export function createLaneReader(procedure: AnySubscription, sink: LaneReaderSink): LaneReader {
  let open: OpenFrame | undefined;

  function fail(error: SluiceError, retry: Retry = retryOf(error.code)): void {
    if (retry === "no" || !open || open.resumable) sink.closed(error, retry);
    else sink.closed(new SluiceError("interrupted", { cause: error }), "no");
  }

  return {
    get open() {
      return open;
    },
    read(frame) {
      switch (frame.kind) {
        case "event":
        case "snapshot":
        case "at":
        case "live":
        case "reset":
          if (!open) throw new WireError(`The stream begins with ${frame.kind}; it must begin with $open.`);
          return sink.frame(frame);
        case "open":
          if (open) throw new WireError("The stream has a second $open; it must have one.");
          if (!isRefused(frame)) checkVersion(procedure, frame.version);
          open = frame;
          return sink.opened(frame);
        case "error": {
          const { final, kind: _, lane: __, ...failure } = frame;
          const error = decodeError(procedure, failure);
          const again = retryOf(error.code);
          return fail(error, final ? "no" : again === "no" ? "yes" : again);
        }
        case "end":
          return sink.closed(undefined, "no");
        case "unknown":
          return; // from a later version of the protocol; PROTOCOL §5.12
        default:
          frame satisfies never;
      }
    },
    fail,
  };
}

/** Of a lane with a number: then `$error` follows. PROTOCOL §10.2. */
export const isRefused = ({ lane, head }: OpenFrame): boolean => lane !== undefined && head === undefined;

/**
 * The state of an older server may lack what this contract has. The error is retried: by another server, or after a
 * deploy.
 */
function checkVersion(procedure: AnySubscription, version = 1): void {
  if (version >= stateVersionOf(procedure)) return;
  throw new SluiceError("unavailable", { message: `The server's contract of ${procedure.path} is older.` });
}
