import { mintEpoch, TopicLease } from "@sluice/log/engine";
import { fromStored, toStored } from "../database/text.js";
import type { Journal } from "../journal/journal.js";
import type { JournalRow } from "../journal/journal-row.js";
import type { JournalLimits } from "../journal/limits.js";
import { Moves } from "./moves.js";
import { newState } from "./row.js";
import type { TopicContext } from "./state.js";
import { Topic } from "./topic.js";
import { TopicCache } from "./topic-cache.js";
import { Touched } from "./touched.js";

/** Topics that were never written to: beyond it, those used longest ago are forgotten. */
const mostUnwritten = 10_000;
/** They are counted once in this many new topics. */
const countEvery = 256;

export interface TopicsContext extends TopicContext {
  readonly journal: Journal;
  readonly journalLimits: JournalLimits;
  readonly idle: number;
  isWatchedHere(topic: string): boolean;
}

/** The topics of the file. */
export class Topics {
  readonly #context: TopicsContext;
  readonly #cache: TopicCache;
  readonly #touched: Touched;
  readonly #moves: Moves;
  /** Names of those that the transaction has freed. */
  #freed: string[] = [];
  #minted = 0;

  constructor(context: TopicsContext) {
    const { tables, journal, journalLimits } = context;
    this.#context = context;
    this.#cache = new TopicCache(context, journal);
    this.#touched = new Touched(tables, journal);
    this.#moves = new Moves(journal, journalLimits, {
      find: (name) => this.#cache.get(name),
      touch: (topic) => this.#touched.add(topic),
    });
  }

  /** What is known may have changed. */
  forgetRows(): void {
    this.#cache.forgetAll();
    this.#ended();
  }

  /** Takes over what another process has committed. */
  learn(row: JournalRow): void {
    this.#cache.learn(row);
  }

  /** For reading: the topic, if it was ever named and isn't over. */
  find(name: string, now: number): Topic | undefined {
    const topic = this.#cache.get(name);
    return topic && this.#isOver(topic, now) ? undefined : topic;
  }

  /** For writing. Frees the topic if it is over. */
  take(name: string, now: number, isOnlyAppended = false): Topic | undefined {
    const topic = this.#cache.get(name);
    if (!topic) return undefined;
    if (this.#isOver(topic, now)) {
      this.free(topic);
      return undefined;
    }
    if (!this.#touched.has(topic)) {
      this.#touched.add(topic);
      topic.catchUp(now, true);
    }
    if (!isOnlyAppended) topic.catchUp(now, false);
    return topic;
  }

  /** For writing: the topic was watched until now, so its time begins anew, however long ago it was used. */
  wasWatched(name: string, now: number): void {
    const topic = this.#cache.get(name);
    if (!topic) return;
    this.#touched.add(topic);
    topic.state.quiet = now;
    topic.state.used = now;
  }

  /**
   * For writing: the topic, made if it is new. It is used.
   *
   * @param isOnlyAppended Nothing of its history is looked at.
   */
  open(name: string, now: number, isOnlyAppended = false): Topic {
    const topic = this.take(name, now, isOnlyAppended) ?? this.#mint(name, now);
    if (this.isIdle(topic, now)) topic.state.used = now;
    return topic;
  }

  /** Ends the topic's life. Its entries are deleted later. */
  free(topic: Topic): void {
    const { tables, journal } = this.#context;
    const { moved, keyFloor, movedTurn, saved, floor } = topic.state;
    tables.dropTopic.run(topic.id);
    if (saved !== undefined) tables.dropSnapshot.run(topic.id);
    if (keyFloor <= movedTurn) tables.keys.dropAll(topic.id);
    if (floor < moved) tables.addFreed.run(topic.id);
    journal.afterCommit(() => journal.forget(topic.id));
    this.#cache.forget(topic.name);
    this.#touched.delete(topic);
    this.#freed.push(topic.name);
  }

  /** Frees the topic if its time is over; else drops what is too old of it. */
  care(name: string, now: number): void {
    const topic = this.take(name, now);
    if (topic && this.isForgotten(topic, now)) this.free(topic);
  }

  /** Whether a sweep has something to do with it. */
  needsCare(name: string, now: number): boolean {
    const topic = this.#cache.get(name);
    return topic !== undefined && (topic.needsCare(now) || this.#isOver(topic, now) || this.isForgotten(topic, now));
  }

  isForgotten(topic: Topic, now: number): boolean {
    const isIdle = topic.isUnused(now) && now - topic.usedAt >= this.#context.idle;
    return isIdle && !this.#isWatched(topic.name);
  }

  /** Whether its last use was so long ago that it should be noted that it is used. */
  isIdle(topic: Topic, now: number): boolean {
    return now - topic.usedAt > this.#context.idle / 4 && topic.isUnused(now);
  }

  /** Whether entries have been in the journal for so long that they should be moved. */
  hasOld(now: number): boolean {
    return this.#moves.areDue(now);
  }

  /** For writing: some of those are moved with this transaction. */
  moveOld(now: number): void {
    this.#moves.moveOld(now);
  }

  /** Before the commit: drops, moves and deletes what is due. Returns what the journal has to say. */
  settle(now: number): Pick<JournalRow, "appends" | "changed"> {
    for (const topic of this.#touched.topics.keys()) topic.catchUp(now, true);
    const moved = this.#moves.settle(now, this.#touched.topics);
    for (const topic of this.#touched.topics.keys()) topic.tidy();
    const { appends, changed } = this.#touched.news(moved);
    const dropped = this.#minted >= countEvery ? this.#boundUnwritten() : [];
    return { appends, changed: [...changed, ...this.#freed, ...dropped] };
  }

  /** Writes the rows that are not as the journal says. */
  save(): void {
    this.#touched.save();
    this.#ended();
    this.#cache.bound();
  }

  #ended(): void {
    this.#touched.clear();
    this.#freed = [];
  }

  #mint(name: string, now: number): Topic {
    const { tables } = this.#context;
    const epoch = mintEpoch();
    const { lastInsertRowid } = tables.addTopic.run(toStored(name), epoch, now, now);
    const topic = new Topic(Number(lastInsertRowid), name, newState(epoch, now), new TopicLease(epoch), this.#context);
    this.#cache.add(topic);
    this.#touched.add(topic);
    this.#minted += 1;
    return topic;
  }

  /** Forgets topics that were never written to, if they are too many. Returns their names. */
  #boundUnwritten(): string[] {
    const { countUnwritten, unwritten, dropTopic } = this.#context.tables;
    this.#minted = 0;
    const count = countUnwritten.all()[0]?.["count"] as number;
    if (count <= mostUnwritten) return [];
    const inUse = new Set([...this.#touched.topics.keys()].map(({ id }) => id));
    const dropped = unwritten.all(count - mostUnwritten).filter((row) => !inUse.has(row["id"] as number));
    return dropped.map((row) => {
      const name = fromStored(row["name"] as string);
      dropTopic.run(row["id"] as number);
      this.#cache.forget(name);
      return name;
    });
  }

  #isOver(topic: Topic, now: number): boolean {
    return topic.isOver(now) && !this.#isWatched(topic.name);
  }

  #isWatched(name: string): boolean {
    return this.#context.isWatchedHere(name) || this.#context.tables.watched.all(toStored(name)).length > 0;
  }
}
