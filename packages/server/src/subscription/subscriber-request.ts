import type { AnySubscription } from "@sluice/contract";
import type { ReadFrom } from "@sluice/log";
import type { Report } from "../options/on-error.js";
import type { LaneFrame } from "../stream/lane.js";
import type { DecodedEvent } from "../topic/batch.js";
import type { Counters } from "../topic/counters.js";
import type { Hub } from "../topic/hub.js";
import type { TakenSnapshot } from "../topic/snapshots.js";
import type { Tail } from "../topic/tail.js";
import type { TopicStates } from "../topic/topic-states.js";
import type { Look } from "../topic/trail.js";
import type { GapTerms } from "./gap.js";
import type { HeldPages } from "./held-pages.js";

/** What all subscribers of a server use. */
export interface SubscriberParts {
  readonly hub: Pick<Hub, "take" | "release">;
  readonly states: TopicStates;
  readonly held: HeldPages;
  readonly counters: Counters;
  readonly limits: {
    /** Most events that a subscriber is caught up with. */
    readonly catchUpEvents: number;
  };
  readonly report: Report;
}

/** What a subscriber gets, and who it is. */
export interface SubscriberRequest extends GapTerms {
  readonly parts: SubscriberParts;
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly tail: Tail;
  readonly context: unknown;
  /**
   * The last frame of a topic that has no more entries, by its record; `undefined` where more may come. Absent: more may
   * always come. PROTOCOL §9.3.
   */
  readonly endingOf?: ((record: string | undefined) => LaneFrame | undefined) | undefined;
  /** See `OpenFrame`. */
  readonly attended: boolean;
  /** Whether this subscriber gets an event. Absent: it gets all. */
  readonly filter: ((event: DecodedEvent) => boolean) | undefined;
}

/** Where a subscriber starts. */
export interface SubscriberStart {
  /** A cursor, or where the first read starts. */
  readonly from: ReadFrom;
  /** What was read there already. It is dropped if the client does not take it at once. */
  readonly look?: Look | undefined;
  /** The state at that cursor, where it has yet to be told. */
  readonly state?: TakenSnapshot | undefined;
  /** It goes on from a cursor: what is missing after it is a gap, and not just the past. */
  readonly resumes: boolean;
}
