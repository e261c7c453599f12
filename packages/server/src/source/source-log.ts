import type { SluiceError } from "@sluice/contract";
import type { AppendAnswer, Cursor, LogEvent, ReadGap, ReadPage } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { appendGuarded } from "../runs/append-guarded.js";
import { Compaction } from "../runs/compaction.js";
import { PendingEvent } from "../runs/pending-event.js";
import { isUnknown } from "../runs/store-away.js";
import { sourced } from "../topic/entry.js";
import type { SourceLease } from "./source-lease.js";
import type { SourceParts, SourceRequest } from "./source-request.js";

/** Entries per read. */
const pageLength = 512;

/** `leased`: a publisher has the topic for itself for a moment. `lost`: another source has begun, or nobody can tell. */
export type Setback = "leased" | "lost";

/**
 * A topic, for its source. Every append needs the log to end where the source has read it. So it appends nothing after another source
 * has begun, and a retried append is in the log once; and others may publish between its events. PROTOCOL §9.5.
 */
export class SourceLog {
  readonly #parts: SourceParts;
  readonly #request: SourceRequest;
  readonly #lease: SourceLease;
  readonly #compaction: Compaction;
  #pending: PendingEvent | undefined;
  /** The topic is read up to here. */
  #cursor: Cursor = { epoch: "", offset: 0, mark: "" };
  /** The last entry at which a source's failure has ended the subscribers. */
  failure: Cursor | undefined;

  constructor(parts: SourceParts, request: SourceRequest, lease: SourceLease) {
    this.#parts = parts;
    this.#request = request;
    this.#lease = lease;
    this.#compaction = new Compaction(parts, request);
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /**
   * Writes that a source begins, unless one has failed since.
   *
   * @param from up to where somebody has got this topic's entries
   */
  async begin(from: Cursor): Promise<"begun" | "failed" | "leased"> {
    const { log } = this.#parts;
    const { topic, procedure } = this.#request;
    const options = { stateful: procedure.state !== undefined };
    let read = await this.#open(from);
    for (;;) {
      const failure = read.ok ? read.entries.findLast(sourced.isFailure) : undefined;
      if (failure) this.failure = failure.cursor;
      this.#cursor = read.ok ? read.end : read.oldest;
      if (this.#cursor.offset < read.head.offset) {
        read = await this.#open(this.#cursor);
        continue;
      }
      if (this.failure && this.failure.offset > from.offset && this.failure.epoch === from.epoch) return "failed";
      const answer = await log.append(topic, [sourced.begin(this.#lease.holder)], { ...options, after: this.#cursor });
      if (answer.ok) {
        this.#cursor = answer.cursor;
        return "begun";
      }
      if (answer.reason === "leased") return "leased";
      read = answer.since;
    }
  }

  /** Appends an event. After a `LogError` (the store is away) or `leased`, call it again with the same event. */
  async append(event: EncodedEvent): Promise<Cursor | Setback> {
    const cursor = await this.#add(event, (after) => appendGuarded(this.#parts, this.#request, event, { after }));
    if (typeof cursor === "object" && this.#compaction.isDue(cursor)) await this.#compaction.compact(cursor);
    return cursor;
  }

  /** Appends the error that ends all who are subscribed. Call it again like `append`, with the same event. */
  async fail(event: EncodedEvent): Promise<Cursor | Setback> {
    const { log } = this.#parts;
    const { topic, procedure } = this.#request;
    const options = { stateful: procedure.state !== undefined };
    const cursor = await this.#add(event, (after) => log.append(topic, [event.logged], { ...options, after }));
    if (typeof cursor === "object") this.failure = cursor;
    return cursor;
  }

  /** @param send answers `undefined` if the topic doesn't end there any more */
  async #add(
    event: EncodedEvent,
    send: (after: Cursor) => Promise<AppendAnswer | undefined>,
  ): Promise<Cursor | Setback> {
    if (this.#pending?.event !== event) this.#pending = new PendingEvent(event);
    const pending = this.#pending;
    for (;;) {
      if (pending.isAppended) return this.#cursor;
      if (pending.isLost) return "lost";
      let answer: AppendAnswer | undefined;
      pending.attempt(this.#cursor);
      try {
        answer = await send(this.#cursor);
      } catch (error) {
        if (isUnknown(error)) pending.doubt();
        throw error;
      }
      if (answer?.ok) {
        this.#cursor = answer.cursor;
        return answer.cursor;
      }
      if (answer?.reason === "leased") return "leased";
      if (!(await this.#readOn(answer?.since ?? (await this.#open(this.#cursor))))) return "lost";
    }
  }

  /** Reads up to the head. False: another source may have begun. */
  async #readOn(first: ReadPage | ReadGap): Promise<boolean> {
    for (let read = first; ; read = await this.#open(this.#cursor)) {
      if (!read.ok) {
        // What was trimmed unread may tell of another source; but there was none if the lease was held all the time.
        if (read.reason !== "trimmed" || !(await this.#lease.isUnbroken())) return false;
        this.#pending?.miss(read.oldest);
        this.#cursor = read.oldest;
        continue;
      }
      if (read.entries.some(sourced.isBegin)) return false;
      this.#pending?.findIn(read.entries);
      this.#cursor = read.end;
      if (read.end.offset >= read.head.offset) return true;
    }
  }

  async #open(from: Cursor): Promise<ReadPage | ReadGap> {
    return (await this.#parts.log.open(this.#request.topic, { from, limit: pageLength })).page;
  }
}

/** The event that `SourceLog.fail` appends. */
export const failureOf = (error: SluiceError): EncodedEvent => {
  const logged: LogEvent = sourced.failure({ code: error.code, message: error.message, data: error.data });
  return { logged, read: () => undefined };
};
