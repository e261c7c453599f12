import type { SluiceError } from "@sluice/contract";
import type { StreamKind } from "@sluice/contract/wire";
import type { ConnectionStatus } from "./connection-state.js";
import type { Retry } from "./retry.js";

/**
 * What a lane is doing. In all phases but the first and the last a stream may be open: then the next one is
 * attempted beside it, and replaces it once it is open.
 */
export type Phase =
  /** Never opened. */
  | { readonly kind: "idle" }
  /** An attempt is under way. */
  | { readonly kind: "connecting" }
  /** A stream is open, and no attempt is under way or scheduled. */
  | { readonly kind: "open" }
  /** The next attempt is scheduled: after `least` milliseconds, plus the backoff if an attempt has failed. */
  | { readonly kind: "waiting"; readonly least: number; readonly failed?: "network" | "answer" }
  /** Offline: the next attempt waits for the network, or for a long time. */
  | { readonly kind: "paused"; readonly least: number }
  /** The refresh hook is renewing the credentials. */
  | { readonly kind: "refreshing"; readonly error: SluiceError; readonly mark: number }
  | { readonly kind: "closed" };

export interface LaneState {
  /** A new object each time, so that a second attempt in a row differs from the first. */
  readonly phase: Phase;
  /** The kind of the open stream. */
  readonly stream?: StreamKind | undefined;
  readonly status: ConnectionStatus;
  /** Attempts since it was last live. */
  readonly attempts: number;
  /** The last failure, until it is live again. */
  readonly error?: SluiceError | undefined;
  /** The attempt under way has new credentials: a 401 is the second in a row. */
  readonly isRenewed: boolean;
  /** The server was reached while `navigator.onLine` was false (it may be on this machine), so that is ignored. */
  readonly doubtsOffline: boolean;
  /** No attempt before this time, by the monotonic clock, in milliseconds: the server said so. */
  readonly notBefore: number;
}

export type LaneEvent =
  /** A new stream is wanted. */
  | { readonly type: "asked" }
  /** The timer has fired. */
  | { readonly type: "due" }
  /** The attempt under way has opened its stream. */
  | { readonly type: "opened"; readonly stream: StreamKind }
  | { readonly type: "live" }
  /** The open stream was given up for the next one, or, unless `wasStream`, that one is late. */
  | { readonly type: "lost"; readonly wasStream: boolean }
  | { readonly type: "drain"; readonly ms: number }
  /** Its client wants it on another stream, at once: others come with it. */
  | { readonly type: "moved" }
  /** For good: it ended, or failed with an error that isn't retried. */
  | { readonly type: "ended"; readonly error: SluiceError | undefined }
  | {
      readonly type: "failed";
      /** Whether the open stream failed, rather than the attempt under way. */
      readonly wasStream: boolean;
      readonly error: SluiceError;
      readonly retry: Exclude<Retry, "no">;
      /** Identifies the credentials it was requested with. */
      readonly mark: number;
    }
  /** The refresh hook has renewed the credentials. */
  | { readonly type: "refreshed" }
  /** The network went or came back, or the page came back. */
  | { readonly type: "woken" }
  | { readonly type: "closed" };

/** Facts outside the state that a transition depends on. */
export interface Facts {
  /** By the monotonic clock, in milliseconds. */
  readonly now: number;
  readonly isOffline: boolean;
  /** Whether there is a cursor to resume from. */
  readonly hasCursor: boolean;
  /** Milliseconds to wait by the pace. */
  readonly paceWait: number;
}

export const initialState: LaneState = {
  phase: { kind: "idle" },
  status: "closed",
  attempts: 0,
  isRenewed: false,
  doubtsOffline: false,
  notBefore: -Infinity,
};

/** The only place where a lane's state changes. Pure; returns the same object if nothing changes. */
export function transition(state: LaneState, event: LaneEvent, facts: Facts): LaneState {
  const { phase, stream } = state;
  if (phase.kind === "closed") return state;
  switch (event.type) {
    case "asked":
      return ask(state, facts);
    case "moved":
      return ask(state, { ...facts, paceWait: 0 });
    case "due":
      return connect(state, facts);
    case "opened":
      return {
        ...enter(state, { kind: "open" }),
        stream: event.stream,
        isRenewed: false,
        doubtsOffline: facts.isOffline,
      };
    case "live":
      return { ...state, status: "live", attempts: 0, error: undefined };
    case "lost":
      if (!event.wasStream) return state.status === "live" ? enter(state, phase, "reconnecting") : state;
      // Nobody notices, as long as the next one is under way.
      return enter({ ...state, stream: undefined }, phase, phase.kind === "connecting" ? state.status : "reconnecting");
    case "drain":
      // A generator's stream goes on until it is cut: without cursors, a second run can't be told from the first.
      if (phase.kind !== "open" || stream === "stream") return state;
      return ask(state, facts, event.ms);
    case "ended":
      return over(state, event.error);
    case "failed":
      return fail(event.wasStream ? { ...state, stream: undefined } : state, event, facts);
    case "refreshed": {
      const renewed = { ...state, isRenewed: true };
      if (facts.paceWait <= 0) return connect(renewed, facts);
      return enter(renewed, { kind: "waiting", least: 0 });
    }
    case "woken":
      if (!stream && phase.kind === "waiting" && seemsOffline(state, facts)) return pause(state, facts);
      if (phase.kind === "connecting" || phase.kind === "idle") return state;
      return !stream || (phase.kind === "paused" && !facts.isOffline) ? ask(state, facts) : state;
    case "closed":
      return { ...enter(state, { kind: "closed" }), stream: undefined };
  }
}

function ask(state: LaneState, facts: Facts, delay = 0): LaneState {
  if (state.phase.kind === "refreshing") return state; // an attempt follows anyway
  const least = Math.max(delay, state.notBefore - facts.now, facts.paceWait);
  if (least <= 0) return connect(state, facts);
  return enter(state, { kind: "waiting", least }, "reconnecting");
}

function connect(state: LaneState, facts: Facts): LaneState {
  // Without a cursor a new stream would start at the head, past events that are still on their way.
  if (state.stream && !facts.hasCursor) return enter(state, { kind: "open" });
  const isFirst = state.phase.kind === "idle";
  const isPaused = state.status === "paused" && seemsOffline(state, facts);
  const status = isPaused ? "paused" : isFirst ? "connecting" : "reconnecting";
  return { ...enter(state, { kind: "connecting" }, status), attempts: state.attempts + 1 };
}

function fail(state: LaneState, failure: LaneEvent & { type: "failed" }, facts: Facts): LaneState {
  const { error, retry, mark, wasStream } = failure;
  const isAnswer = error.status !== 0;
  const next: LaneState = {
    ...state,
    error: state.stream ? state.error : error,
    doubtsOffline: isAnswer ? facts.isOffline : state.doubtsOffline,
  };
  // The attempt beside the stream goes on.
  const { kind } = state.phase;
  if (wasStream && kind !== "open") return enter(next, state.phase, kind === "paused" ? "paused" : "reconnecting");
  if (retry === "refresh") {
    if (state.isRenewed) return over(state, error);
    return enter(next, { kind: "refreshing", error, mark }, "reconnecting");
  }
  const least = error.retryAfter ?? 0;
  const known: LaneState = {
    ...next,
    // After another answer, the next 401 isn't the second in a row.
    isRenewed: state.isRenewed && !isAnswer,
    notBefore: facts.now + least,
  };
  if (!isAnswer && seemsOffline(known, facts)) return pause(known, facts);
  return enter(known, { kind: "waiting", least, failed: isAnswer ? "answer" : "network" }, "reconnecting");
}

const pause = (state: LaneState, { now }: Facts): LaneState =>
  enter(state, { kind: "paused", least: state.notBefore - now }, "paused");

const over = (state: LaneState, error: SluiceError | undefined): LaneState => ({
  ...enter(state, { kind: "closed" }),
  stream: undefined,
  status: "closed",
  error,
});

/** `navigator.onLine` is a hint: while it is false, attempts are rare, but they go on. */
const seemsOffline = ({ doubtsOffline }: LaneState, { isOffline }: Facts): boolean => isOffline && !doubtsOffline;

/** While a stream is open, the status doesn't show what becomes of the next. */
const enter = (state: LaneState, phase: Phase, status = state.status): LaneState => ({
  ...state,
  phase,
  status: state.stream ? state.status : status,
});
