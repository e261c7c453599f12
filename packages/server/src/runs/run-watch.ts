import type { LogEntry, Position, ReadPage } from "@sluice/log";
import type { Deadline } from "../time/timer-wheel.js";
import { isLast, isOfAttached, logged } from "../topic/entry.js";
import type { RunSubscriber } from "./lead.js";
import { lease, lookEvery } from "./lease.js";
import { decodeRecord, encodeRecord } from "./record.js";
import type { RunSources } from "./run.js";

/** How many of the last entries are looked at. */
const page = 64;

/**
 * Watches over a run of another process as long as somebody is attached to it here: says so in its log, and ends it, as
 * interrupted, when it gives no sign of life any more.
 *
 * A sign is an entry that is new at a look, so it takes no comparing of clocks, and a run that gives its signs in time is
 * ended by nobody, whatever clocks say. How long a run was silent before the watch began is told by the times that the
 * log gave to entries. That shortens the wait for a run that died long ago, but never to less than one look.
 */
export class RunWatch implements Deadline {
  tick = 0;
  readonly #sources: RunSources;
  readonly #topic: string;
  readonly #onOver: () => void;
  /** The log's head at the last look. */
  #seen: Position | undefined;
  /** What was appended here last, to say that somebody is attached. */
  #said: Position | undefined;
  /** Milliseconds for which looks have found no sign. */
  #silent = 0;
  readonly #subscribers = new Set<RunSubscriber>();
  #isOver = false;

  constructor(sources: RunSources, topic: string, onOver: () => void) {
    this.#sources = sources;
    this.#topic = topic;
    this.#onOver = onOver;
  }

  begin(): void {
    void this.#look();
  }

  attach(subscriber: RunSubscriber): void {
    this.#subscribers.add(subscriber);
    subscriber.lifetime.watch({
      onEnd: () => {
        this.#subscribers.delete(subscriber);
        if (this.#subscribers.size === 0) this.#stop();
      },
    });
  }

  /** Of the wheel. */
  fire(): void {
    void this.#look();
  }

  async #look(): Promise<void> {
    const { log, wheel, report } = this.#sources;
    try {
      const { page: read } = await log.open(this.#topic, { from: { last: page }, limit: page });
      if (this.#isOver) return;
      const record = decodeRecord(read.record);
      if (!record || record.end) this.#endHere();
      else if (read.ok) await this.#judge(read, record.input);
    } catch (error) {
      report(error, this.#topic, undefined);
    }
    if (!this.#isOver) wheel.schedule(this, lookEvery);
  }

  async #judge({ entries, head }: ReadPage, input: string): Promise<void> {
    if (entries.some(isLast)) return this.#stop();
    const seen = this.#seen;
    const fresh = entries.filter(({ position: { epoch, offset } }) => epoch !== seen?.epoch || offset > seen.offset);
    this.#seen = head;
    // A page of nothing but new entries may have pushed a sign out of sight.
    const isSilent = seen !== undefined && fresh.length < page && fresh.every(isOfAttached);
    this.#silent = isSilent ? this.#silent + lookEvery : 0;
    if (isSilent && this.#silent + this.#silentBefore(entries) >= lease) return this.#interrupt(input);
    if (seen && fresh.some(isOfAttached)) return; // one process that says it at every second look is enough
    this.#said = (await this.#sources.log.append(this.#topic, [logged.attached])).position;
  }

  /** Milliseconds, by the log's times, from the run's last sign to what was said here last. */
  #silentBefore(entries: readonly LogEntry[]): number {
    const said = entries.find(({ position }) => position.offset === this.#said?.offset);
    const sign = entries.findLast((entry) => !isOfAttached(entry)) ?? entries[0];
    return said && sign ? Math.max(0, said.time - sign.time) : 0;
  }

  async #interrupt(input: string): Promise<void> {
    const { log, runTtl: ttl } = this.#sources;
    const end = logged.interrupted;
    const record = encodeRecord({ input, end });
    await log.append(this.#topic, [end], { idempotencyKey: logged.endKey, record, ttl });
    this.#stop();
  }

  /** The run is over, or gone with its log: whoever is attached here and has not been told sees for himself. */
  #endHere(): void {
    for (const { tail } of this.#subscribers) tail.recheck();
    this.#stop();
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sources.wheel.cancel(this);
    this.#onOver();
  }
}
