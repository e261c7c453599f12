import { SluiceError } from "@sluice/contract";
import { aboutToStop } from "../admission/admission.js";
import type { Lifetime } from "../connection/lifetime.js";
import { logged } from "./logged.js";
import { Run, type RunRequest, type RunSources } from "./run.js";
import { RunWatch } from "./run-watch.js";

/** The generators that run detached from any connection, one per topic, in this process or another. PROTOCOL §9.3. */
export class Runs {
  readonly #sources: RunSources;
  readonly #running = new Map<string, Run>();
  /** Runs of other processes that somebody is attached to here. */
  readonly #watched = new Map<string, RunWatch>();
  #isClosed = false;

  constructor(sources: RunSources) {
    this.#sources = sources;
  }

  /**
   * Attaches a subscriber to a topic's run, and starts it if there never was one. What it has yielded is in the log.
   *
   * @throws SluiceError `conflict` if it was started with another input, `unavailable` if it would be started after `close()`.
   */
  async attach(request: RunRequest, subscriber: Lifetime): Promise<void> {
    const run = this.#running.get(request.topic) ?? (await this.#startOnce(request));
    if (run && run.input !== request.input) throw conflict(request.topic);
    (run ?? this.#watch(request.topic)).attach(subscriber);
  }

  /** Starts no more: whoever would start one here now is to find no half of it at the next server. */
  close(): void {
    this.#isClosed = true;
  }

  /** Ends all that run here, as interrupted. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((run) => run.interrupt()));
  }

  /** The topic's run in this process, started if there never was one; `undefined` if it is another's, or over. */
  async #startOnce(request: RunRequest): Promise<Run | undefined> {
    const { topic, input } = request;
    const { log } = this.#sources;
    let first = await log.read(topic, "oldest", 1);
    if (first.head.offset === 0) {
      if (this.#isClosed) throw aboutToStop();
      const start = await log.append(topic, [logged.start(input)], { idempotencyKey: logged.startKey });
      if (!start.duplicate) {
        const run = new Run(this.#sources, request, start.position, () => this.#running.delete(topic));
        this.#running.set(topic, run);
        run.begin();
        return run;
      }
      first = await log.read(topic, "oldest", 1); // somebody was faster, and with which input is yet to be seen
    }
    const begun = first.ok && first.entries[0] ? logged.inputOf(first.entries[0]) : undefined;
    if (begun !== undefined && begun !== input) throw conflict(topic);
    return this.#running.get(topic);
  }

  #watch(topic: string): RunWatch {
    const watched = this.#watched.get(topic);
    if (watched) return watched;
    const watch = new RunWatch(this.#sources, topic, () => this.#watched.delete(topic));
    this.#watched.set(topic, watch);
    watch.begin();
    return watch;
  }
}

const conflict = (topic: string) =>
  new SluiceError("conflict", {
    message: `"${topic.split("?", 1)[0]}" was started with another input for the same key`,
  });
