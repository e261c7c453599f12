import type { SluiceError } from "@sluice/contract";
import type { StreamKind } from "@sluice/contract/wire";
import type { ConnectionStatus } from "./connection-state.js";
import type { Retry } from "./retry.js";

/**
 * What a direct lane is about. A stream may be open in all but the first and the last: then the next one is tried for beside it,
 * and takes its place when it is open.
 */
export type Phase =
  /** Nobody has asked yet. */
  | { readonly kind: "idle" }
  /** An attempt is under way. */
  | { readonly kind: "connecting" }
  /** A stream is open, and nothing else is due. */
  | { readonly kind: "open" }
  /** The next attempt has its time: after `least` milliseconds, and after the backoff where an attempt has failed. */
  | { readonly kind: "waiting"; readonly least: number; readonly failed?: "network" | "answer" }
  /** The machine says that it is offline: the next attempt waits for the network, or for a time that is long. */
  | { readonly kind: "paused"; readonly least: number }
  /** New credentials are on their way. */
  | { readonly kind: "refreshing"; readonly error: SluiceError; readonly mark: number }
  | { readonly kind: "closed" };

export interface DirectState {
  /** Each is a new object, so that a second attempt in a row is told from the first. */
  readonly phase: Phase;
  /** The stream that frames come from. */
  readonly stream: StreamKind | undefined;
  readonly status: ConnectionStatus;
  /** Attempts since it was last live. */
  readonly attempts: number;
  /** What it last failed with, and has not recovered from. */
  readonly error: SluiceError | undefined;
  /** The attempt under way has new credentials: another 401 is the second in a row. */
  readonly isRenewed: boolean;
  /** The server was reached while the machine said that it is offline: it may be near, and the word is worth nothing. */
  readonly doubtsOffline: boolean;
  /** No attempt before this time, by the monotonic clock: the server's word. */
  readonly notBefore: number;
}

export type DirectEvent =
  /** Somebody wants a new stream. */
  | { readonly type: "asked" }
  /** A wait is over. */
  | { readonly type: "due" }
  /** The attempt under way has become the stream. */
  | { readonly type: "opened"; readonly stream: StreamKind }
  | { readonly type: "live" }
  | { readonly type: "drain"; readonly ms: number }
  /** For good: it came to its proper end, or failed with what no retry mends. */
  | { readonly type: "ended"; readonly error: SluiceError | undefined }
  | {
      readonly type: "failed";
      /** Whether it was the stream, rather than the attempt under way. */
      readonly wasStream: boolean;
      readonly error: SluiceError;
      readonly retry: Exclude<Retry, "no">;
      /** Names the credentials that it was asked for with. */
      readonly mark: number;
    }
  /** The refresh hook has brought new credentials. */
  | { readonly type: "refreshed" }
  /** Network or page came back, or the network went. */
  | { readonly type: "woken" }
  | { readonly type: "closed" };

/** What else decides, as it is at the moment. */
export interface Facts {
  /** By the monotonic clock, in milliseconds. */
  readonly now: number;
  readonly isOffline: boolean;
  /** Whether there is a position to go on from. */
  readonly hasCursor: boolean;
  /** Milliseconds that the pace asks to wait. */
  readonly paceWait: number;
}

export const initialState: DirectState = {
  phase: { kind: "idle" },
  stream: undefined,
  status: "closed",
  attempts: 0,
  error: undefined,
  isRenewed: false,
  doubtsOffline: false,
  notBefore: Number.NEGATIVE_INFINITY,
};

/** The only place where a direct lane's state changes. Pure; the same object where nothing changes. */
export function transition(state: DirectState, event: DirectEvent, facts: Facts): DirectState {
  const { phase, stream } = state;
  if (phase.kind === "closed") return state;
  switch (event.type) {
    case "asked":
      return ask(state, facts);
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
    case "drain":
      // A generator's events have no position to tell two runs apart by: its stream goes on until it is cut.
      if (phase.kind !== "open" || stream === "stream") return state;
      return enter(state, { kind: "waiting", least: event.ms });
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
      if (phase.kind === "connecting") return state;
      return !stream || (phase.kind === "paused" && !facts.isOffline) ? ask(state, facts) : state;
    case "closed":
      return { ...enter(state, { kind: "closed" }), stream: undefined };
  }
}

function ask(state: DirectState, facts: Facts): DirectState {
  if (state.phase.kind === "refreshing") return state; // new credentials bring an attempt of their own
  const least = Math.max(state.notBefore - facts.now, facts.paceWait);
  if (least <= 0) return connect(state, facts);
  return enter(state, { kind: "waiting", least }, "reconnecting");
}

function connect(state: DirectState, facts: Facts): DirectState {
  // Without a position the new stream would begin at a head of its own, past what is still on its way here.
  if (state.stream && !facts.hasCursor) return enter(state, { kind: "open" });
  const isFirst = state.phase.kind === "idle";
  const isPaused = state.status === "paused" && seemsOffline(state, facts);
  const status = isPaused ? "paused" : isFirst ? "connecting" : "reconnecting";
  return { ...enter(state, { kind: "connecting" }, status), attempts: state.attempts + 1 };
}

function fail(state: DirectState, failure: DirectEvent & { type: "failed" }, facts: Facts): DirectState {
  const { error, retry, mark, wasStream } = failure;
  const isAnswer = error.status !== 0;
  const next: DirectState = {
    ...state,
    error: state.stream ? state.error : error,
    doubtsOffline: isAnswer ? facts.isOffline : state.doubtsOffline,
  };
  // What is under way beside a stream goes on without it.
  const { kind } = state.phase;
  if (wasStream && kind !== "open") return enter(next, state.phase, kind === "paused" ? "paused" : "reconnecting");
  if (retry === "refresh") {
    if (state.isRenewed) return over(state, error);
    return enter(next, { kind: "refreshing", error, mark }, "reconnecting");
  }
  const least = error.retryAfter ?? 0;
  const known: DirectState = {
    ...next,
    // An answer other than 401: the next 401 is no second one in a row.
    isRenewed: state.isRenewed && !isAnswer,
    notBefore: facts.now + least,
  };
  if (!isAnswer && seemsOffline(known, facts)) return pause(known, facts);
  return enter(known, { kind: "waiting", least, failed: isAnswer ? "answer" : "network" }, "reconnecting");
}

const pause = (state: DirectState, { now }: Facts): DirectState =>
  enter(state, { kind: "paused", least: state.notBefore - now }, "paused");

const over = (state: DirectState, error: SluiceError | undefined): DirectState => ({
  ...enter(state, { kind: "closed" }),
  stream: undefined,
  status: "closed",
  error,
});

/** A hint, which holds back as long as nothing speaks against it. Attempts go on, if rarely, for it may be wrong. */
const seemsOffline = ({ doubtsOffline }: DirectState, { isOffline }: Facts): boolean => isOffline && !doubtsOffline;

/** What is done about the next stream shows only where there is none. */
const enter = (state: DirectState, phase: Phase, status = state.status): DirectState => ({
  ...state,
  phase,
  status: state.stream ? state.status : status,
});
