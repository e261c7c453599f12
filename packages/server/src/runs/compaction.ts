import type { AnySubscription } from "@sluice/contract";
import type { Cursor } from "@sluice/log";
import type { Report } from "../options/on-error.js";
import { defaultSnapshotEvery } from "../publish/append-events.js";
import type { TopicStates } from "../topic/topic-states.js";

/** Entries after which it is checked whether a snapshot is due: a check costs more than the append. */
const checkEvery = 50;

interface CompactionTarget {
  readonly procedure: AnySubscription;
  readonly topic: string;
}

interface CompactionSources {
  readonly states: TopicStates;
  readonly report: Report;
}

/** Saves snapshots of a topic's state for a generator that appends to it, so that the log may trim what they cover. */
export class Compaction {
  readonly #sources: CompactionSources;
  readonly #target: CompactionTarget;
  /** The offset from which on a snapshot may be due again. */
  #at = 0;

  constructor(sources: CompactionSources, target: CompactionTarget) {
    this.#sources = sources;
    this.#target = target;
  }

  isDue({ offset }: Cursor): boolean {
    return offset >= this.#at;
  }

  /** Never rejects: the events are published, even if no snapshot can be saved. */
  async compact(cursor: Cursor): Promise<void> {
    const { states, report } = this.#sources;
    const { procedure, topic } = this.#target;
    this.#at = procedure.state ? cursor.offset + checkEvery : Number.POSITIVE_INFINITY;
    if (!procedure.state) return;
    await states
      .of(topic, procedure)
      .compact(cursor, defaultSnapshotEvery)
      .catch((error) => report(error, procedure.path, undefined));
  }
}
