import type { AppendAnswer, Conflict, Cursor, LeaseRequest, LogEvent, ReadGap, ReadPage } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { isLast, isOfAttached, isStopOf, logged } from "../topic/entry.js";
import { appendGuarded } from "./append-guarded.js";
import { Compaction } from "./compaction.js";
import { PendingEvent } from "./pending-event.js";
import { encodeRecord, type Fate, fateOf, recordOf } from "./record.js";
import type { RunRequest, RunSources } from "./run-request.js";
import type { Begun } from "./run-start.js";
import { isUnknown } from "./store-away.js";

/** Why something was not appended. `unheld`: somebody else holds the topic's lease; try again later. */
type Setback = "unheld" | Exclude<Fate, "going">;

/** What others append about a run. */
export interface RunNews {
  /** Somebody is attached to another server. */
  onAttached(): void;
  /** The run is to stop. May be called more than once. */
  onStop(): void;
}

/** Entries per read of what other servers appended. */
const pageLength = 64;

/**
 * The topic of a run, for its server. Every append needs the run's lease, and the log to end where this server has read it. So
 * a retried append is in the log once, and nothing is appended after another server ended the run. PROTOCOL §9.4.
 */
export class RunLog {
  readonly #sources: RunSources;
  readonly #request: RunRequest;
  /** Asks for the lease in the name of this run: it renews the lease, or takes it if nobody holds it any more. */
  readonly #lease: LeaseRequest;
  readonly #news: RunNews;
  /** The topic is read up to here. */
  #cursor: Cursor;
  #pending: PendingEvent | undefined;
  readonly #compaction: Compaction;
  /** Entries of others were trimmed before they were read. */
  #hasMissed = false;

  constructor(sources: RunSources, request: RunRequest, { cursor, lease }: Begun, news: RunNews) {
    this.#sources = sources;
    this.#request = request;
    this.#lease = lease;
    this.#cursor = cursor;
    this.#news = news;
    this.#compaction = new Compaction(sources, request);
  }

  /** Appends an event. After a `LogError` (the store is away) or `unheld`, call it again with the same event. */
  async append(event: EncodedEvent): Promise<Cursor | Setback> {
    if (this.#pending?.event !== event) this.#pending = new PendingEvent(event);
    const pending = this.#pending;
    for (;;) {
      if (pending.isAppended) return this.#cursor;
      if (pending.isLost) return "gone";
      let answer: AppendAnswer | undefined;
      const guard = { after: this.#cursor, lease: this.#lease };
      pending.attempt(guard.after);
      try {
        answer = await appendGuarded(this.#sources, this.#request, event, guard);
      } catch (error) {
        if (isUnknown(error)) pending.doubt();
        throw error;
      }
      if (answer?.ok) {
        this.#pending = undefined;
        this.#reach(answer.cursor);
        if (this.#compaction.isDue(answer.cursor)) await this.#compaction.compact(this.#cursor);
        return answer.cursor;
      }
      const fate = await this.#heed(answer);
      if (fate !== "going") return fate;
    }
  }

  /** Appends how the run ended, unless it is ended already. */
  async end(end: LogEvent): Promise<Setback> {
    const { log, runTtl: ttl } = this.#sources;
    const { topic } = this.#request;
    const record = encodeRecord({ ...recordOf(this.#request), end });
    const options = { idempotencyKey: logged.endKey, record, ttl };
    for (;;) {
      const answer = await log.append(topic, [end], { ...options, after: this.#cursor, lease: this.#lease });
      if (answer.ok) return "ended";
      if (answer.reason === "leased") return "unheld";
      const fate = fateOf(answer.since, this.#cursor.epoch);
      if (fate !== "going") return fate;
      this.#cursor = answer.since.head; // the entries in between don't matter to a run that ends
    }
  }

  /** Reads what other servers appended, and renews the lease. */
  async keep(): Promise<"kept" | Setback> {
    const { log } = this.#sources;
    const fate = await this.look();
    if (fate !== "going") return fate;
    const lease = await log.acquire(this.#request.topic, this.#lease);
    if (!lease) return "unheld";
    if (lease.epoch !== this.#cursor.epoch) {
      await log.release(lease); // of a new life of the topic, which began after the look
      return "gone";
    }
    // Entries of other servers count, too: the log keeps everything after a state's snapshot.
    await this.#compaction.compact(this.#cursor);
    return "kept";
  }

  /** Reads what other servers appended: that somebody is attached there, or an end of this run. */
  async look(): Promise<Fate> {
    for (;;) {
      const { page } = await this.#sources.log.open(this.#request.topic, { from: this.#cursor, limit: pageLength });
      const fate = this.#read(page);
      if (this.#hasMissed) await this.#findStop();
      if (fate !== "going" || (page.ok && page.end.offset >= page.head.offset)) return fate;
    }
  }

  /** @returns `going` if the append can be tried again at once */
  async #heed(conflict: Conflict | undefined): Promise<Fate | "unheld"> {
    if (conflict?.reason === "moved") {
      const fate = this.#read(conflict.since);
      if (this.#hasMissed) await this.#findStop();
      return fate;
    }
    const fate = await this.look();
    return conflict && fate === "going" ? "unheld" : fate;
  }

  #read(page: ReadPage | ReadGap): Fate {
    const fate = fateOf(page, this.#cursor.epoch);
    if (fate !== "going") return fate;
    if (page.ok) {
      if (page.entries.some(isLast)) return "ended";
      if (page.entries.some(isOfAttached)) this.#news.onAttached();
      if (page.entries.some((entry) => isStopOf(entry, page.head.epoch))) this.#news.onStop();
      this.#pending?.findIn(page.entries);
      this.#reach(page.end);
      return "going";
    }
    if (page.reason !== "trimmed") return "gone"; // nobody can get all events of this run any more
    this.#pending?.miss(page.oldest);
    this.#hasMissed = true;
    this.#reach(page.oldest);
    return "going";
  }

  /** The log remembers keys longer than entries. */
  async #findStop(): Promise<void> {
    if (await this.#sources.log.findAppend(this.#request.topic, logged.stopKey(this.#cursor.epoch)))
      this.#news.onStop();
    this.#hasMissed = false;
  }

  /** Moves forward only: a look and an append can be under way together. */
  #reach(cursor: Cursor): void {
    if (cursor.offset > this.#cursor.offset) this.#cursor = cursor;
  }
}
