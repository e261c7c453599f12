import type { AnySubscription } from "@sluice/contract";
import type { Log } from "@sluice/log";
import type { Report } from "../options/on-error.js";
import type { YieldedLike } from "../procedure/implementation.js";
import type { Lifetime } from "../time/lifetime.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import type { TopicStates } from "../topic/topic-states.js";

/** A topic that has a source. */
export interface SourceRequest {
  readonly procedure: AnySubscription;
  readonly topic: string;
  start(lifetime: Lifetime): AsyncIterable<YieldedLike>;
}

export interface SourceParts {
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly states: TopicStates;
  /** Longest event, in characters of JSON. */
  readonly maxEventLength: number;
  /** Most events that a subscriber may be behind before it gets a reset. */
  readonly catchUpEvents: number;
  readonly report: Report;
}
