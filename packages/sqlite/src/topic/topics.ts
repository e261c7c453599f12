import { mintEpoch, noLease, TopicLease } from "@sluice/log/engine";
import { toStored } from "../database/text.js";
import {
  areKeysSame,
  coldValues,
  headValues,
  isColdSame,
  isHeadSame,
  isRestSame,
  keyValues,
  leaseOf,
  newState,
  restValues,
  stateOf,
  takeHeadFrom,
} from "./row.js";
import type { TopicContext, TopicState } from "./state.js";
import { Topic } from "./topic.js";

/** Rows that are kept in memory at most. */
const mostCached = 10_000;
/** Topics that were never written to: beyond it, those used longest ago are forgotten. */
const mostUnwritten = 10_000;
/** They are counted once in this many new topics. */
const countEvery = 256;

export interface TopicsContext extends TopicContext {
  readonly idle: number;
  isWatchedHere(topic: string): boolean;
}

interface Before {
  readonly state: TopicState;
  readonly token: number;
  readonly ends: number;
}

/** The topics of the file. Their rows are kept in memory until another process has written. */
export class Topics {
  readonly #context: TopicsContext;
  readonly #cache = new Map<string, Topic>();
  /** Those that the transaction may have changed, and how they were. */
  readonly #touched = new Map<Topic, Before>();
  #minted = 0;

  constructor(context: TopicsContext) {
    this.#context = context;
  }

  /** What is known may have changed. */
  forgetRows(): void {
    this.#cache.clear();
    this.#touched.clear();
  }

  /** For reading: the topic, if it was ever named and isn't over. */
  find(name: string, now: number): Topic | undefined {
    const topic = this.#load(name);
    return topic && this.#isOver(topic, now) ? undefined : topic;
  }

  /** For writing. Frees the topic if it is over. */
  take(name: string, now: number, isOnlyAppended = false): Topic | undefined {
    const topic = this.#load(name);
    if (!topic) return undefined;
    if (this.#isOver(topic, now)) {
      this.free(topic);
      return undefined;
    }
    if (!this.#touched.has(topic)) {
      this.#touch(topic);
      topic.forgetKeys(now);
      topic.catchUp(now, true);
    }
    if (!isOnlyAppended) topic.catchUp(now, false);
    return topic;
  }

  /** For writing: the topic was watched until now, so its time begins anew, however long ago it was used. */
  wasWatched(name: string, now: number): void {
    const topic = this.#load(name);
    if (!topic) return;
    this.#touch(topic);
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
    const { tables } = this.#context;
    const { head, lastKey, keyFloor, turn, saved } = topic.state;
    tables.dropTopic.run(topic.id);
    if (saved !== undefined) tables.dropSnapshot.run(topic.id);
    if (lastKey !== undefined || keyFloor < turn) tables.dropKeys.run(topic.id);
    if (topic.state.floor < head.offset) tables.addFreed.run(topic.id);
    this.#cache.delete(topic.name);
    this.#touched.delete(topic);
  }

  /** Frees the topic if its time is over; else drops what is too old of it. */
  care(name: string, now: number): void {
    const topic = this.take(name, now);
    if (topic && this.isForgotten(topic, now)) this.free(topic);
  }

  /** Whether a sweep has something to do with it. */
  needsCare(name: string, now: number): boolean {
    const topic = this.#load(name);
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

  /** Writes what the transaction changed. */
  save(now: number): void {
    for (const [topic, before] of this.#touched) {
      topic.settle(now);
      this.#write(topic, before);
    }
    this.#touched.clear();
    if (this.#minted >= countEvery) this.#boundUnwritten();
    if (this.#cache.size > mostCached) this.#cache.clear();
  }

  #write({ id, state, lease }: Topic, before: Before): void {
    const { setHead, setHeadAndKeys, setRest, setCold } = this.#context.tables;
    const areKeysAsBefore = areKeysSame(state, before.state);
    const isRestAsBefore = isRestSame(state, before.state);
    const isLeaseSame = lease.token === before.token && lease.ends === before.ends;
    const isColdAsBefore = isLeaseSame && isColdSame(state, before.state);
    const isElseSame = areKeysAsBefore && isRestAsBefore && isColdAsBefore && state.oldest === before.state.oldest;
    // The last entry says where the head is, unless it was the first one.
    const hasAppended = state.head !== before.state.head && before.state.head.offset > 0;
    if (isElseSame && (hasAppended || isHeadSame(state, before.state))) return;
    if (areKeysAsBefore) setHead.run(...headValues(state), id);
    else setHeadAndKeys.run(...headValues(state), ...keyValues(state), id);
    if (!isRestAsBefore) setRest.run(...restValues(state), id);
    if (!isColdAsBefore) setCold.run(...coldValues(state, lease), id);
  }

  #load(name: string): Topic | undefined {
    const known = this.#cache.get(name);
    if (known) return known;
    const row = this.#context.tables.topic.all(toStored(name))[0];
    if (!row) return undefined;
    const state = stateOf(row);
    takeHeadFrom(this.#context.tables.lastEntry.all(row["id"] as number)[0], state);
    const topic = new Topic(row["id"] as number, name, state, leaseOf(row), this.#context);
    this.#cache.set(name, topic);
    return topic;
  }

  #touch(topic: Topic): void {
    if (this.#touched.has(topic)) return;
    const { token, ends } = topic.lease;
    this.#touched.set(topic, { state: { ...topic.state }, token, ends });
  }

  #mint(name: string, now: number): Topic {
    const { tables } = this.#context;
    const epoch = mintEpoch();
    const { lastInsertRowid } = tables.addTopic.run(toStored(name), epoch, now, now);
    const state = newState(epoch, now);
    const topic = new Topic(Number(lastInsertRowid), name, state, new TopicLease(epoch), this.#context);
    this.#cache.set(name, topic);
    this.#touched.set(topic, { state: { ...state }, token: noLease.token, ends: noLease.ends });
    this.#minted += 1;
    return topic;
  }

  #boundUnwritten(): void {
    const { countUnwritten, dropUnwritten } = this.#context.tables;
    this.#minted = 0;
    const count = countUnwritten.all()[0]?.["count"] as number;
    if (count <= mostUnwritten) return;
    dropUnwritten.run(count - mostUnwritten);
    this.#cache.clear();
  }

  #isOver(topic: Topic, now: number): boolean {
    return topic.isOver(now) && !this.#isWatched(topic.name);
  }

  #isWatched(name: string): boolean {
    return this.#context.isWatchedHere(name) || this.#context.tables.watched.all(toStored(name)).length > 0;
  }
}
