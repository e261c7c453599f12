import type { AnySubscription } from "@sluice/contract";
import type { Log, LogEvent, Position } from "@sluice/log";
import { Lifetime } from "../connection/lifetime.js";
import type { Due, Wheel } from "../connection/wheel.js";
import { isToReport, toPublicError } from "../procedure/errors.js";
import type { YieldedLike } from "../procedure/implementation.js";
import { encodeEvent } from "../publish/encode-event.js";
import { Attendance } from "./attendance.js";
import { signEvery } from "./lease.js";
import { isLast, isOfAttached, logged } from "./logged.js";

/** What there is to run, if it isn't running yet. */
export interface RunRequest {
  readonly procedure: AnySubscription;
  readonly topic: string;
  /** Canonical JSON of the whole input: who attaches must have asked for the same. */
  readonly input: string;
  readonly abandonAfter: number;
  start(signal: AbortSignal): AsyncIterable<YieldedLike>;
}

export interface RunSources {
  readonly log: Log;
  readonly wheel: Wheel;
  /** Longest event, in characters of JSON. */
  readonly maxEventLength: number;
  report(error: unknown, path: string, context: unknown): void;
}

/** How many entries are read at once to see what others have appended. */
const page = 64;

/** A generator that runs in this process, its events going into its topic's log. */
export class Run implements Due {
  /** Of the wheel: when it is time for a sign of life. */
  tick = 0;
  readonly input: string;
  readonly #sources: RunSources;
  readonly #request: RunRequest;
  readonly #onOver: () => void;
  readonly #lifetime = new Lifetime();
  readonly #attendance: Attendance;
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
  }

  begin(): void {
    this.#sources.wheel.schedule(this, signEvery);
    void this.#drive();
  }

  attach(subscriber: Lifetime): void {
    this.#attendance.attach(subscriber);
  }

  interrupt(): Promise<void> {
    return this.#finish(logged.interrupted);
  }

  /** Of the wheel. */
  fire(): void {
    void this.#giveSign();
  }

  async #drive(): Promise<void> {
    const { procedure, topic, start } = this.#request;
    const { log, maxEventLength } = this.#sources;
    try {
      for await (const event of start(this.#lifetime.signal)) {
        if (this.#isOver) return;
        const { position } = await log.append(topic, [encodeEvent(procedure, event, maxEventLength)]);
        // It is appended, also where the log can't be read now. The next append looks again.
        if (!this.#isNext(position)) await this.#look().catch((error) => this.#report(error));
        if (this.#isOver) return;
      }
      await this.#finish(logged.end);
    } catch (error) {
      if (this.#isOver) return;
      const seen = toPublicError(error, procedure.errors);
      if (isToReport(seen)) this.#report(error);
      await this.#finish(logged.error(seen));
    }
  }

  /** Who waits for its events elsewhere hears by a sign of life that they may still come. */
  async #giveSign(): Promise<void> {
    const { log, wheel } = this.#sources;
    const rest = signEvery - (wheel.now - this.#appendedAt) * wheel.resolution;
    if (rest <= 0) {
      try {
        const { position } = await log.append(this.#request.topic, [logged.alive]);
        if (!this.#isNext(position)) await this.#look();
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
      const read = await log.read(this.#request.topic, this.#position, page);
      if (this.#isOver) return;
      if (read.ok) {
        this.#position = read.end;
        if (read.entries.some(isLast)) {
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
    this.#lifetime.end();
  }

  /** The end is part of the log: nobody who is attached, now or later, may go without it. */
  async #writeEnd(end: LogEvent): Promise<void> {
    const { log, wheel } = this.#sources;
    try {
      await log.append(this.#request.topic, [end], { idempotencyKey: logged.endKey });
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
