import type { Position } from "@sluice/log";
import type { Runtime } from "../runtime.js";
import type { DecodedEvent } from "../topic/batch.js";
import type { TakenSnapshot } from "../topic/snapshots.js";
import type { Tail } from "../topic/tail.js";
import type { GapTerms } from "./gap.js";

/** What a reader reads, for whom, and from where. */
export interface LiveRequest extends GapTerms {
  readonly runtime: Pick<Runtime, "log" | "hub" | "states" | "report" | "counters" | "limits">;
  readonly topic: string;
  readonly tail: Tail;
  readonly context: unknown;
  readonly stream: "live" | "resumable";
  /**
   * The last frame of a topic that has no more entries, by its record; `undefined` where more may come. Absent: more may
   * always come. PROTOCOL §9.3.
   */
  readonly endingOf?: ((record: string | undefined) => string | undefined) | undefined;
  /** Whether this subscriber gets an event. Absent: it gets all. */
  readonly filter: ((event: DecodedEvent) => boolean) | undefined;
}

/** Where a reader starts. */
export interface LiveStart {
  readonly position: Position;
  /** The state at that position, where it has yet to be told. */
  readonly state: TakenSnapshot | undefined;
  /** It goes on from a cursor: what is missing after it is a gap, and not just the past. */
  readonly resumes: boolean;
}
