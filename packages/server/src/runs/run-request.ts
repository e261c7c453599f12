import type { AnySubscription } from "@sluice/contract";
import type { Log } from "@sluice/log";
import type { YieldedLike } from "../procedure/implementation.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import type { TopicStates } from "../topic/topic-states.js";

/** A subscriber's request for a run. */
export interface RunRequest {
  readonly procedure: AnySubscription;
  readonly topic: string;
  /** `fingerprintOf` the whole input. All subscribers of a run must have the same. */
  readonly input: string;
  /** Canonical JSON of the input. */
  readonly inputJson: string;
  /** False for a subscriber with a cursor: it had a part of a run, and must not get another one. */
  readonly mayStart: boolean;
  /** Milliseconds without a subscriber after which the run ends. */
  readonly abandonAfter: number;
  start(signal: AbortSignal): AsyncIterable<YieldedLike>;
}

export interface RunSources {
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly states: TopicStates;
  /** Longest event, in characters of JSON. */
  readonly maxEventLength: number;
  /** Most events that a subscriber may be behind before it gets a reset. */
  readonly catchUpEvents: number;
  /** Milliseconds that a run is kept after its end. */
  readonly runTtl: number;
  report(error: unknown, path: string, context: unknown): void;
}
