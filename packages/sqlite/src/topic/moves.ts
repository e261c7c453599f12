import type { Journal } from "../journal/journal.js";
import type { JournalLimits } from "../journal/limits.js";
import type { SpannedRow } from "../journal/span.js";
import { slack } from "./history.js";
import type { TopicState } from "./state.js";
import type { Topic } from "./topic.js";

/** Bytes from which on what a transaction appends to a topic fills pages of its own: it needs no journal. */
const page = 4_096;
/** Bytes from which on an entry alone does. */
const large = 1_024;
/** How much of what is old is moved at most. */
const mostOld = 256;
/** Rows that one transaction looks at, and topics of them, more or less: what was dropped of one is written to its row. */
const mostRows = 64;
const mostTopics = 512;
/** How much is moved at most for each entry that is appended. Less would never catch up, and much more would block the event loop. */
const haste = 4;

interface Topics {
  find(name: string): Topic | undefined;
  touch(topic: Topic): void;
}

/** Decides which topics are moved from the journal to their tables, and when. */
export class Moves {
  readonly #journal: Journal;
  readonly #limits: JournalLimits;
  readonly #topics: Topics;
  /** Rows up to this time are to be finished, though there is room. */
  #until = Number.NEGATIVE_INFINITY;

  constructor(journal: Journal, limits: JournalLimits, topics: Topics) {
    this.#journal = journal;
    this.#limits = limits;
    this.#topics = topics;
  }

  /** Whether rows are so old that what they have should be moved. */
  areDue(now: number): boolean {
    const [first, ...others] = this.#journal.span.rows.slice(0, 2);
    // The last row stays, so nothing is won if it is empty.
    return first !== undefined && first.time < now - this.#limits.age && (others.length > 0 || first.parts.length > 0);
  }

  /** In this transaction, some of what is old is moved. */
  moveOld(now: number): void {
    this.#until = now - this.#limits.age;
    this.#journal.deleteSoon();
  }

  /**
   * Moves what is due, of topics that the transaction has appended to and of others, which it touches.
   *
   * @param touched What the transaction may have appended to, and how it was.
   */
  settle(now: number, touched: ReadonlyMap<Topic, { readonly state: TopicState }>): Set<Topic> {
    const moved = new Set<Topic>();
    let added = 0;
    for (const topic of touched.keys()) added += this.#journal.of(topic.id)?.newEntries.length ?? 0;
    let left = Math.max(this.#limits.topicEntries, haste * added);
    for (const [topic, { state }] of touched) {
      if (!this.#fillsPages(topic, topic.state.headSum - state.headSum, left > 0)) continue;
      left -= this.#move(topic, now);
      moved.add(topic);
    }
    this.#finishRows(now, this.#quota(added, Math.max(left, 1)), moved);
    this.#until = Number.NEGATIVE_INFINITY;
    return moved;
  }

  /** Whether what a topic has in the journal is enough to be moved for its own sake. */
  #fillsPages(topic: Topic, newBytes: number, isTime: boolean): boolean {
    const unmoved = this.#journal.of(topic.id);
    if (!unmoved) return false;
    const { topicEntries, topicBytes } = this.#limits;
    const added = unmoved.newEntries.length;
    const isShort = topic.retention.events + slack < topicEntries && newBytes < large * added;
    // A short history is dropped before it is moved.
    const isDirect = newBytes >= page && !isShort;
    const hasOlder = unmoved.entries.length > added;
    if (isDirect && !hasOlder) return true;
    return isTime && (isDirect || unmoved.countAfter(topic.before.offset) > topicEntries || unmoved.bytes > topicBytes);
  }

  /** How much is to be moved so that rows can be deleted: the more of them there are beyond the limits, the more. */
  #quota(added: number, most: number): number {
    if (this.#until > Number.NEGATIVE_INFINITY) return mostOld;
    const { span } = this.#journal;
    const excess = Math.max(span.entries / this.#limits.entries, span.length / this.#limits.length) - 1;
    return excess <= 0 ? 0 : Math.min(Math.ceil(Math.max(added, 1) * Math.min(8 * excess, haste)), most);
  }

  /** Finishes the oldest rows: what of them is still needed is moved, with all else that its topic has in the journal. */
  #finishRows(now: number, quota: number, moved: Set<Topic>): void {
    let left = quota;
    if (left <= 0) return;
    const isAged = this.#until > Number.NEGATIVE_INFINITY;
    const caughtUp = new Set<Topic>();
    for (const row of this.#journal.unfinished(mostRows)) {
      if ((isAged && row.time >= this.#until) || caughtUp.size >= mostTopics) break;
      for (const topic of this.#stillNeeded(row, now, moved, caughtUp)) {
        if (left <= 0) return;
        left -= this.#move(topic, now);
        moved.add(topic);
      }
      this.#journal.finish(row);
    }
  }

  *#stillNeeded({ parts }: SpannedRow, now: number, moved: Set<Topic>, caughtUp: Set<Topic>): Generator<Topic> {
    for (const { id, name, last } of parts) {
      if (!this.#journal.of(id)?.hasUpTo(last)) continue;
      const topic = this.#topics.find(name);
      if (topic?.id !== id) this.#journal.afterCommit(() => this.#journal.forget(id));
      else if (!moved.has(topic)) {
        this.#topics.touch(topic);
        this.#catchUp(topic, now);
        caughtUp.add(topic);
        if (topic.needsUnmoved(last)) yield topic;
      }
    }
  }

  #move(topic: Topic, now: number): number {
    this.#catchUp(topic, now);
    return Math.max(topic.move(), 1);
  }

  /** What retention drops is not moved. What is in the table already can wait to be dropped. */
  #catchUp(topic: Topic, now: number): void {
    const first = this.#journal.of(topic.id)?.first ?? Number.POSITIVE_INFINITY;
    topic.catchUp(now, topic.head.offset - topic.retention.events < first);
  }
}
