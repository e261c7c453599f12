import type { LogEvent } from "@sluice/log";

/** What a run does, on the server that runs it. */
export type RunState =
  /** The generator is at work, or waits until somebody has read its events. */
  | { readonly kind: "running" }
  /** Its event can't be appended: the store is away, or somebody else holds the lease. */
  | { readonly kind: "paused"; readonly attempts: number }
  /** Its end is known, but not in the log yet. */
  | { readonly kind: "ending"; readonly end: LogEvent; readonly attempts: number }
  /** Its end is in the log, or the log has lost the run. */
  | { readonly kind: "over" };

export type RunEvent =
  /** An event, or the end, could not be appended. */
  | { readonly type: "failed" }
  | { readonly type: "appended" }
  /** The run is to end this way. */
  | { readonly type: "finished"; readonly end: LogEvent }
  /** The end is in the log, whoever appended it, or the log has lost the run. */
  | { readonly type: "ended" };

export const running: RunState = { kind: "running" };
const over: RunState = { kind: "over" };

/** Whether the run has no end yet. */
export const isGoing = ({ kind }: RunState): boolean => kind === "running" || kind === "paused";

/** The only place where a run's state changes. Pure. Returns the same object if nothing changes. */
export function transition(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case "failed":
      return fail(state);
    case "appended":
      return state.kind === "paused" ? running : state;
    case "finished":
      return isGoing(state) ? { kind: "ending", end: event.end, attempts: 0 } : state;
    case "ended":
      return over;
    default:
      return event satisfies never;
  }
}

function fail(state: RunState): RunState {
  switch (state.kind) {
    case "running":
      return { kind: "paused", attempts: 1 };
    case "paused":
    case "ending":
      return { ...state, attempts: state.attempts + 1 };
    case "over":
      return state;
    default:
      return state satisfies never;
  }
}
