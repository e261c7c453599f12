import type { AnySubscription } from "@sluice/contract";
import type { Log, LogEvent, Position } from "@sluice/log";
import { isToReport, reported, toPublicError } from "../procedure/errors.js";
import type { YieldedLike } from "../procedure/implementation.js";
import { type AppendSources, appendEvents, defaultSnapshotEvery } from "../publish/append-events.js";
import { type EncodedEvent, encodeEvent } from "../publish/encode-event.js";
import { EventLoopTurns } from "../time/event-loop-turns.js";
import { Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { isLast, isOfAttached, logged } from "../topic/entry.js";
import type { TopicStates } from "../topic/topic-states.js";
import { Attendance } from "./attendance.js";
import { Lead, type RunSubscriber } from "./lead.js";
import { lease, signEvery } from "./lease.js";
import { decodeRecord, encodeRecord } from "./record.js";

/** What there is to run, if it isn't running yet. */
export interface RunRequest {
  readonly procedure: AnySubscription;
  readonly topic: string;
  /** The `fingerprintOf` the whole input: who attaches must have asked for the same. */
  readonly input: string;
  /** Canonical JSON of it. */
  readonly inputJson: string;
  /** Who comes with a cursor has had a run, and is given no other one. */
  readonly mayStart: boolean;
  readonly abandonAfter: number;
  /** Asked when it has been started by this request, before the generator is. */
  readonly beforeStart?: (() => Promise<void>) | undefined;
  start(signal: AbortSignal): AsyncIterable<YieldedLike>;
}

export interface RunSources {
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly states: TopicStates;
  /** Longest event, in characters of JSON. */
  readonly maxEventLength: number;
  /** Most events that a reader may be behind before it is told of a gap. */
  readonly catchUpEvents: number;
  /** Milliseconds for which a run that is over is kept. */
  readonly runTtl: number;
  report(error: unknown, path: string, context: unknown): void;
}

/** How many entries are read at once to see what others have appended. */
const page = 64;

/** A generator that runs in this process, its events going into its topic's log. */
export class Run implements Deadline {
  /** Of the wheel: when it is time for a sign of life. */
  tick = 0;
  readonly input: string;
  readonly #sources: RunSources;
  readonly #request: RunRequest;
  readonly #onOver: () => void;
  readonly #lifetime = new Lifetime();
  readonly #attendance: Attendance;
  readonly #lead: Lead;
  readonly #append: AppendSources;
  /** Up to here it knows what its topic's log holds. */
  #position: Position;
  #appendedAt: number;
  #isOver = false;

  /** @param position of the entry that says where it began. */
  constructor(sources: RunSources, request: RunRequest, position: Position, onOver: () => void) {
    this.#sources = sources;
    this.#request = request;
    this.#position = position;
    this.#appendedAt = sources.wheel.now;
    this.#onOver = onOver;
    this.input = request.input;
    this.#attendance = new Attendance(sources.wheel, request.abandonAfter, () => void this.#abandon());
    const askElsewhere = async () => {
      await this.#look().catch((error) => this.#report(error));
      return this.#attendance.isElsewhere;
    };
    this.#lead = new Lead({ ...sources, askElsewhere }, position);
    this.#append = { ...sources, onError: ({ error }) => this.#report(error) };
  }

  begin(): void {
    this.#sources.wheel.schedule(this, signEvery);
    this.#attendance.wait(); // whoever started it may have been refused before it could attach
    void this.#drive();
  }

  attach(subscriber: RunSubscriber): void {
    this.#attendance.attach(subscriber.lifetime);
    this.#lead.attach(subscriber);
  }

  interrupt(): Promise<void> {
    return this.#finish(logged.interrupted);
  }

  /** Of the wheel. */
  fire(): void {
    void this.#giveSign();
  }

  async #drive(): Promise<void> {
    const { start } = this.#request;
    const turns = new EventLoopTurns();
    try {
      for await (const event of start(this.#lifetime.signal)) {
        if (this.#isOver) return;
        // Told before the generator is asked to return: its `finally` may wait for the signal that this brings.
        const appended = await this.#appendEvent(event).catch((error) => this.#fail(error));
        if (!appended) return;
        const { encoded, position } = appended;
        // It is appended, also where the log can't be read now. The next append looks again.
        if (!this.#isNext(position)) await this.#look().catch((error) => this.#report(error));
        const waits = this.#isOver ? undefined : (this.#lead.add(encoded.logged, position) ?? turns.due());
        if (waits) await waits;
        if (this.#isOver) return;
      }
      await this.#finish(logged.end);
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #appendEvent(event: YieldedLike): Promise<{ readonly encoded: EncodedEvent; readonly position: Position }> {
    const { procedure, topic } = this.#request;
    const encoded = encodeEvent(procedure, event, this.#sources.maxEventLength);
    const { position } = await appendEvents(this.#append, { procedure, topic, events: [encoded] });
    return { encoded, position };
  }

  async #fail(error: unknown): Promise<undefined> {
    if (this.#isOver) return;
    const seen = toPublicError(error, this.#request.procedure.errors);
    if (isToReport(error, seen)) this.#report(reported(error, seen));
    await this.#finish(logged.error(seen));
  }

  /** Who waits for its events elsewhere hears by a sign of life that they may still come. */
  async #giveSign(): Promise<void> {
    const { log, states, wheel } = this.#sources;
    const rest = signEvery - (wheel.now - this.#appendedAt) * wheel.resolution;
    if (rest <= 0) {
      try {
        const { procedure, topic } = this.#request;
        const { position } = await log.append(topic, [logged.alive]);
        if (!this.#isNext(position)) await this.#look();
        // Of a state, the log keeps all that comes after its snapshot.
        if (procedure.state) await states.of(topic, procedure).compact(position, defaultSnapshotEvery);
      } catch (error) {
        this.#report(error);
      }
    }
    if (!this.#isOver) wheel.schedule(this, rest > 0 ? rest : signEvery);
  }

  /** Takes note of where something was appended. False: others have appended before it. */
  #isNext(position: Position): boolean {
    this.#appendedAt = this.#sources.wheel.now;
    const { epoch, offset } = this.#position;
    if (position.epoch !== epoch || position.offset !== offset + 1) return false;
    this.#position = position;
    return true;
  }

  /** Sees what others have appended: that somebody is attached there, or that this run was taken for dead and ended. */
  async #look(): Promise<void> {
    const { log } = this.#sources;
    for (;;) {
      const { page: read } = await log.open(this.#request.topic, { from: this.#position, limit: page });
      if (this.#isOver) return;
      if (read.ok) {
        this.#position = read.end;
        if (read.entries.some(isLast) || decodeRecord(read.record)?.end) {
          this.#stop(); // nothing that it says from now on is part of its topic
          return this.#onOver();
        }
        if (read.entries.some(isOfAttached)) this.#attendance.attachElsewhere();
        if (read.entries.length < page) return;
      } else if (read.reason === "trimmed") {
        this.#position = read.oldest;
      } else {
        return this.interrupt(); // the log has lost events of this run: nobody can have all of it any more
      }
    }
  }

  /** Nobody came back in time; unless to another process, of which nothing was heard yet. */
  async #abandon(): Promise<void> {
    try {
      await this.#look();
      if (this.#attendance.isAbandoned) await this.interrupt();
    } catch (error) {
      this.#report(error);
      this.#attendance.wait();
    }
  }

  async #finish(end: LogEvent): Promise<void> {
    if (this.#isOver) return;
    this.#stop();
    await this.#writeEnd(end);
  }

  #stop(): void {
    this.#isOver = true;
    this.#sources.wheel.cancel(this);
    this.#attendance.close();
    this.#lead.close();
    this.#lifetime.end();
  }

  /** The end is part of the log: nobody who is attached, now or later, may go without it. */
  async #writeEnd(end: LogEvent): Promise<void> {
    const { log, wheel, runTtl } = this.#sources;
    const { topic, input } = this.#request;
    try {
      const { record: text, head } = (await log.open(topic, { from: "oldest", limit: 0 })).page;
      const record = decodeRecord(text);
      const idempotencyKey = logged.endKey;
      if (record && head.epoch === this.#position.epoch) {
        const ended = { record: encodeRecord({ input, end }), ttl: runTtl };
        if (!record.end) await log.append(topic, [end], { idempotencyKey, ...ended });
      } else {
        // The log has lost this run. What it has appended since is ended, for whoever gets it, and is soon freed.
        if (!record && head.offset > 0) await log.append(topic, [end], { idempotencyKey, ttl: lease });
        this.#lead.recheck(); // a log that comes back tells no watcher
      }
      this.#onOver();
    } catch (error) {
      this.#report(error);
      wheel.schedule({ tick: 0, fire: () => void this.#writeEnd(end) }, signEvery);
    }
  }

  #report(error: unknown): void {
    this.#sources.report(error, this.#request.procedure.path, undefined);
  }
}
