import type { AnyProcedure } from "@sluice/contract";
import type { Log } from "@sluice/log";
import type { NewTopics } from "./admission/new-topics.js";
import type { Opening } from "./admission/opening.js";
import type { Limits } from "./limits.js";
import type { Implementation } from "./procedure/implementation.js";
import type { ReadState } from "./procedure/read-state.js";
import type { Publish } from "./publish/publisher.js";
import type { Runs } from "./runs/runs.js";
import type { EventStream } from "./stream/event-stream.js";
import type { TimerWheel } from "./time/timer-wheel.js";
import type { Counters } from "./topic/counters.js";
import type { Hub } from "./topic/hub.js";
import type { Snapshots } from "./topic/snapshots.js";
import type { TopicStates } from "./topic/topic-states.js";

/** The parts of a running Sluice: what the stages of the pipeline share. */
export interface Runtime {
  /** The contract's, by path. */
  readonly procedures: ReadonlyMap<string, AnyProcedure>;
  readonly implementations: ReadonlyMap<string, Implementation<AnyProcedure, never>>;
  readonly log: Log;
  readonly hub: Hub;
  readonly states: TopicStates;
  readonly snapshots: Snapshots;
  readonly runs: Runs;
  readonly wheel: TimerWheel;
  readonly limits: Limits;
  readonly publish: Publish;
  readonly state: ReadState;
  /** The state folded from the log, also where a procedure has a `snapshot` of its own. */
  readonly foldedState: ReadState;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Milliseconds that a client should wait after a cut. */
  readonly retry: number;
  /** Milliseconds that a full socket may take nothing, before it is given up. */
  readonly stallTimeout: number;
  /** Milliseconds that a procedure's own `snapshot()` may take. */
  readonly snapshotTimeout: number;
  /** Open streams of clients. */
  readonly connections: Set<EventStream>;
  /** Open streams of this process's own: no limit counts them, and no drain waits for them. */
  readonly locals: Set<EventStream>;
  /** Streams that are neither refused nor open yet. */
  readonly openings: Set<Opening>;
  readonly counters: Counters;
  /** Open streams by who was identified as their client. */
  readonly clients: Map<string, number>;
  readonly newTopics: NewTopics;
  /** Set by `drain()`: nothing new is accepted. */
  draining: boolean;
  /** Tells the user's `onError` of an error whose cause a client doesn't get to see. */
  report(error: unknown, path: string, context: unknown): void;
}
