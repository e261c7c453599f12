import { mintEpoch } from "../engine/epoch.js";
import { TopicLease } from "../engine/lease.js";
import { genesisMark } from "../engine/mark.js";
import type { EngineSettings } from "../engine/options.js";
import type { Retentions } from "../engine/retentions.js";
import type { Watchers } from "../engine/watchers.js";
import { Topic } from "./topic.js";
import { UnwrittenTopics } from "./unwritten-topics.js";

/** Number of topics that each call checks while a sweep is under way. Two, so that the sweep is faster than new topics come. */
const stride = 2;
/** Milliseconds from the start of one sweep to the start of the next. */
const sweepEvery = 1_000;

/** All topics. Each call also checks a few other topics, so that unused ones age and are freed without a timer. */
export class Topics {
  readonly byName = new Map<string, Topic>();
  readonly #settings: EngineSettings;
  #unwritten: UnwrittenTopics | undefined;
  #sweep: Iterator<[string, Topic]> | undefined;
  #sweptAt = 0;
  #now = 0;
  #read = 0;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  /** Never goes back, so that entries' times don't. If the clock is put back, time goes on from where it was. */
  now(): number {
    const read = this.#settings.now();
    if (this.#now === 0) this.#now = read;
    else if (read > this.#read) this.#now += read - this.#read;
    this.#read = read;
    return this.#now;
  }

  get retentions(): Retentions {
    return this.#settings.retentions;
  }

  /** The topic as it is now, minted if it is new. The caller has to `close` it, unless it appended or watches. */
  open(name: string): Topic {
    let topic = this.find(name);
    if (!topic) {
      const known = this.#unwritten?.take(name, this.#now);
      const lease = known && new TopicLease(known.epoch, known.lease);
      topic = this.#begin(name, known?.epoch ?? mintEpoch(), lease ? { lease } : {});
    }
    return topic;
  }

  /** Ends the topic's life. Its watchers watch the next one. */
  free(name: string): void {
    const topic = this.find(name);
    this.#unwritten?.take(name, this.#now);
    this.byName.delete(name);
    if (!topic || topic.watchers.size === 0) return;
    const { watchers } = topic;
    this.#begin(name, mintEpoch(), { watchers });
    watchers.notify();
  }

  /** A watcher left. Until now the topic was in use, so its idle time and its `ttl` start now. */
  unwatched(name: string, watchers: Watchers): void {
    const topic = this.byName.get(name);
    if (topic?.watchers !== watchers) return;
    topic.usedAt = this.now();
    topic.quietSince = topic.usedAt;
    this.close(name, topic);
  }

  #begin(name: string, epoch: string, known: { watchers?: Watchers; lease?: TopicLease }): Topic {
    const { retentions, dedupe } = this.#settings;
    const genesis = { epoch, offset: 0, mark: genesisMark };
    const topic = new Topic(genesis, { retention: retentions.base, dedupe }, known);
    topic.usedAt = this.#now;
    topic.quietSince = this.#now;
    this.byName.set(name, topic);
    return topic;
  }

  /** Keeps only the epoch and the lease of a topic that was never written to. */
  close(name: string, topic: Topic): void {
    if (!topic.isUnwritten || this.byName.get(name) !== topic) return;
    this.byName.delete(name);
    this.#unwritten ??= new UnwrittenTopics(this.#settings.idle);
    this.#unwritten.remember(name, { epoch: topic.head.epoch, lease: topic.lease }, this.#now);
  }

  /** The topic as it is now, if it was written to or is watched, and has not expired. */
  find(name: string): Topic | undefined {
    const now = this.now();
    let topic = this.byName.get(name);
    if (topic?.hasExpired(now)) {
      this.byName.delete(name);
      topic = undefined;
    }
    if (topic) {
      topic.usedAt = now;
      age(topic, now);
    }
    this.#sweepOn(now);
    return topic;
  }

  #sweepOn(now: number): void {
    if (!this.#sweep) {
      if (now - this.#sweptAt < sweepEvery) return;
      this.#sweptAt = now;
      this.#sweep = this.byName.entries();
    }
    for (let i = 0; i < stride; i += 1) {
      const { done, value } = this.#sweep.next();
      if (done) {
        this.#sweep = undefined;
        return;
      }
      const [name, topic] = value;
      age(topic, now);
      if (topic.hasExpired(now) || this.#isForgotten(topic, now)) this.byName.delete(name);
    }
  }

  #isForgotten(topic: Topic, now: number): boolean {
    const hasLife = topic.stateful || topic.record !== undefined || topic.ttl !== undefined;
    const inUse =
      hasLife || topic.lease.isHeld(now) || topic.watchers.size > 0 || !topic.isEmpty || topic.keys.size > 0;
    return !inUse && now - topic.usedAt >= this.#settings.idle;
  }
}

function age(topic: Topic, now: number): void {
  topic.retain(now);
  topic.keys.expire(now);
}
