import { SluiceError, stateVersionOf } from "@sluice/contract";
import { createFrameDecoder, type Frame, type OpenFrame, WireError } from "@sluice/contract/wire";
import { readStream } from "./connect.js";
import { decodeError } from "./decode-error.js";
import { failureOf } from "./failure.js";
import { createLiveness } from "./liveness.js";
import { type Retry, retryOf } from "./retry.js";
import type { Settings } from "./settings.js";
import type { Target } from "./target.js";

/** Frames that say something of the topic, rather than of the connection. */
export type TopicFrame = Extract<Frame, { kind: "event" | "snapshot" | "at" | "reset" | "live" }>;

export type Outcome =
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly error: SluiceError; readonly retry: Retry };

export interface AttemptSink {
  opened(frame: OpenFrame): void;
  /** May throw a SluiceError: the attempt fails with it. */
  frame(frame: TopicFrame, open: OpenFrame): void;
  /** The `retry:` line that a stream starts with, in milliseconds. */
  rebase(ms: number): void;
  drain(ms: number): void;
  /** It is over; called once, and never after `close`. */
  closed(outcome: Outcome): void;
  ready?(): Promise<void> | undefined;
}

export interface Attempt {
  /** Asks the watchdog to look now. */
  check(): void;
  close(): void;
}

/** One attempt at a subscription, from request to end: bytes become frames, and every way to end becomes an outcome. */
export function startAttempt(
  settings: Settings,
  target: Target,
  cursor: string | undefined,
  sink: AttemptSink,
): Attempt {
  const controller = new AbortController();
  const liveness = createLiveness(settings.clock, settings.connectTimeout, (error) => fail(error));
  const decoder = createFrameDecoder(onFrame, { maxFrame: settings.maxFrame });
  let open: OpenFrame | undefined;
  let isOver = false;

  function close(): void {
    isOver = true;
    liveness.stop();
    controller.abort();
  }

  function finish(outcome: Outcome): void {
    if (isOver) return;
    close();
    sink.closed(outcome);
  }

  function fail(error: SluiceError, retry: Retry = retryOf(error)): void {
    if (retry === "no" || !open || open.resumable) finish({ kind: "failed", error, retry });
    else finish({ kind: "failed", error: new SluiceError("interrupted", { cause: error }), retry: "no" });
  }

  function onFrame(frame: Frame) {
    if (isOver) return; // the rest of a chunk whose reader has left
    if ("lane" in frame) throw new WireError(`The stream has a frame of lane ${frame.lane}; it must have none.`);
    switch (frame.kind) {
      case "event":
      case "snapshot":
      case "at":
      case "live":
      case "reset":
        if (!open) throw new WireError(`The stream begins with ${frame.kind}; it must begin with $open.`);
        return sink.frame(frame, open);
      case "open":
        if (open) throw new WireError("The stream has a second $open; it must have one.");
        checkVersion(frame.version);
        open = frame;
        liveness.opened(frame.heartbeat, frame.resumable);
        if (isOver) return; // a heartbeat that can't be kept
        return sink.opened(frame);
      case "error": {
        const { final, kind: _, lane: __, ...failure } = frame;
        const error = decodeError(target.procedure, failure);
        const again = retryOf(error);
        return fail(error, final ? "no" : again === "no" ? "yes" : again);
      }
      case "end":
        return finish({ kind: "ended" });
      case "drain":
        return sink.drain(frame.retry);
      case "retry":
        // A later one, as a drain's, tells a native EventSource when to come again.
        if (!open) sink.rebase(frame.ms);
        return;
      case "comment":
      case "unknown":
        return;
      default:
        frame satisfies never;
    }
  }

  /** An older server's state may lack what this contract's has: another server, or this one after its deploy, is asked. */
  function checkVersion(version = 1): void {
    const { procedure } = target;
    if (procedure.kind !== "subscription" || version >= stateVersionOf(procedure)) return;
    throw new SluiceError("unavailable", {
      message: `The server's contract is older: ${procedure.path} has state.version ${version} there.`,
    });
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

  readStream(settings, target, cursor, controller.signal, { onBytes, ready }).then(
    (outcome) => {
      if (outcome === "ended") finish({ kind: "ended" });
      else fail(new SluiceError("network", { message: "The stream was cut." }));
    },
    (error: unknown) => fail(failureOf(error)),
  );

  return { check: liveness.check, close };
}
