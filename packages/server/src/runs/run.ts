import type { Cursor } from "@sluice/log";
import { isToReport, reported, toPublicError } from "../procedure/errors.js";
import type { YieldedLike } from "../procedure/implementation.js";
import { iteratorOf } from "../procedure/iterator-of.js";
import { type EncodedEvent, encodeEvent } from "../publish/encode-event.js";
import { EventLoopTurns } from "../time/event-loop-turns.js";
import { logged } from "../topic/entry.js";
import { Lead, type RunSubscriber } from "./lead.js";
import { RunAttendance } from "./run-attendance.js";
import type { RunRequest, RunSources } from "./run-request.js";
import type { Begun } from "./run-start.js";
import { RunWriter } from "./run-writer.js";
import { Stop } from "./stop.js";

/** A generator that runs on this server. Its events go into the log of its topic. */
export class Run {
  readonly input: string;
  readonly #sources: RunSources;
  readonly #request: RunRequest;
  readonly #attendance: RunAttendance;
  readonly #lead: Lead;
  readonly #writer: RunWriter;
  readonly #stop: Stop;

  constructor(sources: RunSources, request: RunRequest, begun: Begun, onOver: () => void) {
    this.#sources = sources;
    this.#request = request;
    this.input = request.input;
    this.#attendance = new RunAttendance(sources.wheel, request.abandonAfter, () => void this.#abandon());
    this.#lead = new Lead({ ...sources, askElsewhere: () => this.#askElsewhere() }, begun.cursor);
    this.#writer = new RunWriter(sources, request, begun, {
      onAttached: () => this.#attendance.attachElsewhere(),
      onStop: () => this.#stop.begin(),
      onOver: (fate) => {
        if (fate === "gone") this.#lead.recheck(); // a log that lost a topic doesn't tell its watchers
        onOver();
      },
    });
    this.#stop = new Stop(sources.wheel, () => void this.#writer.finish(logged.stopped));
    this.#writer.lifetime.watch({
      onEnd: () => {
        this.#attendance.close();
        this.#lead.close();
        this.#stop.close();
      },
    });
  }

  begin(): void {
    this.#attendance.wait(); // the subscriber that started it may have left before it could attach
    void this.#drive();
  }

  attach(subscriber: RunSubscriber): void {
    this.#attendance.attach(subscriber.lifetime);
    this.#lead.attach(subscriber);
  }

  /** Resolves after the first attempt to write the end. */
  interrupt(): Promise<void> {
    return this.#writer.finish(logged.interrupted);
  }

  async #drive(): Promise<void> {
    const writer = this.#writer;
    const turns = new EventLoopTurns();
    try {
      const started = this.#request.start(this.#stop.signal);
      const iterator = iteratorOf(started, `The generator of "${this.#request.procedure.path}"`);
      for await (const event of { [Symbol.asyncIterator]: () => iterator }) {
        // The run fails before the generator is asked to return: its `finally` may wait for the signal to abort.
        const appended = await this.#append(event).catch((error) => this.#fail(error));
        if (!appended) return;
        const { encoded, cursor } = appended;
        const waits = this.#lead.add(encoded.logged, cursor) ?? turns.due();
        if (waits) await waits;
        if (!writer.isGoing) return;
      }
      await writer.finish(logged.end);
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** `undefined`: the run ends without it. */
  async #append(event: YieldedLike): Promise<{ readonly encoded: EncodedEvent; readonly cursor: Cursor } | undefined> {
    if (!this.#writer.isGoing) return undefined;
    const encoded = encodeEvent(this.#request.procedure, event, this.#sources.maxEventLength);
    const cursor = await this.#writer.append(encoded);
    return cursor && this.#writer.isGoing ? { encoded, cursor } : undefined;
  }

  async #fail(error: unknown): Promise<undefined> {
    if (!this.#writer.isGoing) return;
    if (this.#stop.isObeyedBy(error)) return void (await this.#writer.finish(logged.stopped));
    const seen = toPublicError(error, this.#request.procedure.errors);
    if (isToReport(error, seen)) this.#report(reported(error, seen));
    await this.#writer.finish(logged.error(seen));
  }

  async #askElsewhere(): Promise<boolean> {
    await this.#writer.look().catch((error) => this.#report(error));
    return this.#attendance.isElsewhere;
  }

  /** Nobody is attached here any more. Ends the run, unless somebody is attached to another server. */
  async #abandon(): Promise<void> {
    try {
      await this.#writer.look();
      if (this.#attendance.isAbandoned) await this.interrupt();
    } catch (error) {
      this.#report(error);
      this.#attendance.wait();
    }
  }

  #report(error: unknown): void {
    this.#sources.report(error, this.#request.procedure.path, undefined);
  }
}
