import type { Cursor, ReadGap, ReadPage } from "@sluice/log";
import type { Deadline } from "../time/timer-wheel.js";
import type { Batch } from "../topic/batch.js";
import { isOfAttached, logged } from "../topic/entry.js";
import type { QueuedSubscriber } from "../topic/queued-subscriber.js";
import { endUnheld, type SeenRun } from "./end-unheld.js";
import type { RunSubscriber } from "./lead.js";
import { decodeRecord, type RunRecord } from "./record.js";
import type { RunSources } from "./run-request.js";
import { lookAgainAfter, lookEvery } from "./run-times.js";

/**
 * Watches a run of another server while it has subscribers here. It tells the other server so, through the log, and
 * interrupts the run when nobody holds its lease any more. PROTOCOL §9.4.
 */
export class RunWatch implements Deadline, QueuedSubscriber {
  tick = 0;
  readonly #sources: RunSources;
  readonly #topic: string;
  readonly #onOver: () => void;
  /** What the run's server wrote, which its end keeps. */
  #record: RunRecord;
  /** Where the topic ended at the last look, as far as it was read. */
  #cursor: Cursor;
  /** An `$attached` came since the last look, from this server or another. */
  #isSaid = false;
  /** The last look failed. The run's server may have lost the store as well, and may not have renewed its lease yet. */
  #wasAway = false;
  readonly #subscribers = new Set<RunSubscriber>();
  #isOver = false;

  constructor(sources: RunSources, topic: string, seen: SeenRun, onOver: () => void) {
    this.#sources = sources;
    this.#topic = topic;
    this.#record = seen.record;
    this.#cursor = seen.head;
    this.#onOver = onOver;
  }

  begin(): void {
    void this.#look();
  }

  attach(subscriber: RunSubscriber): void {
    const { lifetime, tail } = subscriber;
    this.#subscribers.add(subscriber);
    tail.join(this);
    lifetime.watch({
      onEnd: () => {
        this.#subscribers.delete(subscriber);
        if (this.#subscribers.size > 0) return;
        tail.leave(this);
        this.#stop();
      },
    });
  }

  fire(): void {
    void this.#look();
  }

  deliver({ entries }: Batch): void {
    this.#isSaid ||= entries.some(isOfAttached);
  }

  /** The next look finds out about the topic. */
  lost(): void {}

  async #look(): Promise<void> {
    const { log, wheel, report } = this.#sources;
    let next = lookEvery;
    try {
      const isAlive = this.#wasAway ? await this.#isThere() : await this.#isAlive();
      if (this.#wasAway) next = lookAgainAfter;
      this.#wasAway = false;
      if (this.#isOver) return;
      if (!isAlive) return this.#endHere();
      const isSaid = this.#isSaid; // one server that says so at every second look is enough
      this.#isSaid = false;
      if (!isSaid) await log.append(this.#topic, [logged.attached]);
    } catch (error) {
      this.#wasAway = true;
      report(error, this.#topic, undefined);
    }
    if (!this.#isOver) wheel.schedule(this, next);
  }

  /** Whether a server runs it. If none does, the run is interrupted; it may also be over, or lost with its log. */
  async #isAlive(): Promise<boolean> {
    const { log, runTtl: ttl } = this.#sources;
    for (;;) {
      const seen = { record: this.#record, head: this.#cursor };
      const answer = await endUnheld(log, this.#topic, seen, logged.interrupted, ttl);
      if (answer.ok) return false;
      if (answer.reason === "leased") return true;
      if (!this.#goesOn(answer.since)) return false;
    }
  }

  /** Whether the run has no end, though maybe no server. */
  async #isThere(): Promise<boolean> {
    const { page } = await this.#sources.log.open(this.#topic, { from: { last: 0 }, limit: 0 });
    return this.#goesOn(page);
  }

  /** Whether the topic has a run without an end. It may be another run, if the log has lost this one. */
  #goesOn({ head, record: text }: ReadPage | ReadGap): boolean {
    const record = decodeRecord(text);
    if (!record || record.end) return false;
    if (head.epoch !== this.#cursor.epoch) this.#recheck();
    this.#cursor = head;
    this.#record = record;
    return true;
  }

  /** The run is over or lost. Subscribers that the log didn't tell read it again. */
  #endHere(): void {
    this.#recheck();
    this.#stop();
  }

  #recheck(): void {
    for (const { tail } of this.#subscribers) tail.recheck();
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const { tail } of this.#subscribers) tail.leave(this);
    this.#sources.wheel.cancel(this);
    this.#onOver();
  }
}
