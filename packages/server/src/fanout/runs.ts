import { type AnySubscription, SluiceError } from "@sluice/contract";
import type { Log } from "@sluice/log";
import { Lifetime, type Mortal } from "../connection/lifetime.js";
import type { Due, Wheel } from "../connection/wheel.js";
import { toPublicError } from "../procedure/errors.js";
import type { YieldedLike } from "../procedure/implementation.js";
import { encodeEvent } from "../publish/encode-event.js";
import { logged } from "./logged.js";

/** What there is to run, if it isn't running yet. */
export interface RunRequest {
  readonly procedure: AnySubscription;
  readonly topic: string;
  /** Canonical JSON of the whole input: who attaches must have asked for the same. */
  readonly input: string;
  readonly abandonAfter: number;
  start(signal: AbortSignal): AsyncIterable<YieldedLike>;
}

interface RunSources {
  readonly log: Log;
  readonly wheel: Wheel;
  report(error: unknown, path: string, context: unknown): void;
}

/** The generators that run in this process detached from any connection, one per topic. PROTOCOL §9.3. */
export class Runs {
  readonly #sources: RunSources;
  readonly #running = new Map<string, Run>();

  constructor(sources: RunSources) {
    this.#sources = sources;
  }

  /**
   * Attaches a subscriber to a topic's run, and starts it if there never was one. What it has yielded is in the log.
   *
   * @throws SluiceError `conflict` if it was started with another input.
   */
  async attach(request: RunRequest, subscriber: Lifetime): Promise<void> {
    const { topic, input } = request;
    const { log } = this.#sources;
    let run = this.#running.get(topic);
    if (!run) {
      const first = await log.read(topic, "oldest", 1);
      const { duplicate } =
        first.head.offset > 0
          ? { duplicate: true }
          : await log.append(topic, [logged.start(input)], { idempotencyKey: logged.startKey });
      run = this.#running.get(topic);
      if (!duplicate) {
        run = new Run(this.#sources, request, () => this.#running.delete(topic));
        this.#running.set(topic, run);
        run.begin();
      } else if (!run) {
        const begun = first.ok && first.entries[0] ? logged.inputOf(first.entries[0]) : undefined;
        if (begun !== undefined && begun !== input) throw conflict(topic);
      }
    }
    if (!run) return; // it is over: all of it is in the log
    if (run.input !== input) throw conflict(topic);
    run.attach(subscriber);
  }

  /** Ends all that run, as interrupted. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((run) => run.interrupt()));
  }
}

const conflict = (topic: string) =>
  new SluiceError("conflict", {
    message: `"${topic.split("?", 1)[0]}" was started with another input for the same key`,
  });

class Run implements Due, Mortal {
  tick = 0;
  readonly input: string;
  readonly #sources: RunSources;
  readonly #request: RunRequest;
  readonly #onOver: () => void;
  readonly #lifetime = new Lifetime();
  #attached = 0;
  #isOver = false;

  constructor(sources: RunSources, request: RunRequest, onOver: () => void) {
    this.#sources = sources;
    this.#request = request;
    this.#onOver = onOver;
    this.input = request.input;
  }

  begin(): void {
    void this.#drive();
  }

  attach(subscriber: Lifetime): void {
    if (this.#attached++ === 0) this.#sources.wheel.cancel(this);
    subscriber.watch(this);
  }

  /** A subscriber has left. */
  onEnd(): void {
    if (--this.#attached === 0 && !this.#isOver) this.#sources.wheel.schedule(this, this.#request.abandonAfter);
  }

  /** Nobody came back in time. */
  fire(): void {
    void this.interrupt();
  }

  async interrupt(): Promise<void> {
    const { code, message } = new SluiceError("interrupted");
    await this.#finish(logged.error({ code, message, data: undefined }));
  }

  async #drive(): Promise<void> {
    const { procedure, topic, start } = this.#request;
    try {
      for await (const event of start(this.#lifetime.signal)) {
        if (this.#isOver) return;
        await this.#sources.log.append(topic, [encodeEvent(procedure, event)]);
      }
      await this.#finish(logged.end);
    } catch (error) {
      if (this.#isOver) return;
      const seen = toPublicError(error, procedure.errors);
      if (seen.code === "internal") this.#sources.report(error, procedure.path, undefined);
      await this.#finish(logged.error(seen));
    }
  }

  /** The end is part of the log, so whoever attaches later sees it, too. */
  async #finish(last: { readonly type: string; readonly data: string }): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sources.wheel.cancel(this);
    try {
      await this.#sources.log.append(this.#request.topic, [last]);
    } catch (error) {
      this.#sources.report(error, this.#request.procedure.path, undefined);
    }
    this.#onOver();
    this.#lifetime.end();
  }
}
