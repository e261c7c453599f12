import { SluiceError } from "@sluice/contract";
import type { Cursor, ReadGap, ReadPage } from "@sluice/log";
import { aboutToStop } from "../procedure/about-to-stop.js";
import { Lifetime } from "../time/lifetime.js";
import type { SeenRun } from "./end-unheld.js";
import type { RunSubscriber } from "./lead.js";
import { decodeRecord, hasRun } from "./record.js";
import { Run } from "./run.js";
import type { RunRequest, RunSources } from "./run-request.js";
import { appendStart } from "./run-start.js";
import { RunWatch } from "./run-watch.js";

interface Started {
  readonly run: Run;
  /** What a read from the topic's beginning returns, if that is known. */
  readonly page: ReadPage | undefined;
}

/** The resumable generators: one per topic, detached from any connection, on this server or another. PROTOCOL §9.3. */
export class Runs {
  readonly #sources: RunSources;
  readonly #starting = new Map<string, Promise<Started | undefined>>();
  readonly #running = new Map<string, Run>();
  /** Runs of other servers that have subscribers here. */
  readonly #watched = new Map<string, RunWatch>();
  /** Until the server stops to start runs. */
  readonly #lifetime = new Lifetime();

  constructor(sources: RunSources) {
    this.#sources = sources;
  }

  /**
   * Attaches a subscriber to a topic's run. Starts the run if there is none. If the run is over, or the log has lost it,
   * there is nothing to attach to: the topic's log and record say everything.
   *
   * @param seen a page that was just read from the topic
   * @returns `seen`, or what a read from the beginning of the started run returns; `undefined`: `seen` is outdated, read again
   * @throws SluiceError `conflict` if the run was started with another input; `unavailable` if it would be started after
   * `close()`, or if the topic is in use by something that is no run.
   */
  async attach(
    request: RunRequest,
    subscriber: RunSubscriber,
    seen: ReadPage | ReadGap,
  ): Promise<ReadPage | ReadGap | undefined> {
    const { topic, mayStart } = request;
    const isRecorded = hasRun(seen.record);
    const running = this.#running.get(topic);
    if (running) {
      attachTo(running, request, subscriber);
      return isRecorded ? seen : undefined;
    }
    if (isRecorded) {
      this.#attachElsewhere(request, subscriber, seen);
      return seen;
    }
    const starting = this.#starting.get(topic) ?? (mayStart ? this.#start(request, seen.head) : undefined);
    if (!starting) return seen;
    const started = await starting;
    if (started) {
      attachTo(started.run, request, subscriber);
      return mayStart ? started.page : undefined;
    }
    // Another server was faster. The record says with which input.
    const { page } = await this.#sources.log.open(topic, { from: { last: 0 }, limit: 0 });
    if (mayStart && !hasRun(page.record)) throw contended(topic);
    await this.attach({ ...request, mayStart: false }, subscriber, page);
    return undefined;
  }

  /** Starts no more runs: this server is about to stop, and would soon interrupt them. */
  close(): void {
    this.#lifetime.end();
  }

  /** Interrupts all runs of this server. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#starting.values());
    await Promise.all([...this.#running.values()].map((run) => run.interrupt()));
  }

  #start(request: RunRequest, { epoch }: Cursor): Promise<Started | undefined> {
    const { topic } = request;
    if (this.#lifetime.over) throw aboutToStop();
    const started = appendStart(this.#sources, request, epoch, this.#lifetime).then((begun) => {
      if (!begun) return undefined;
      const run = new Run(this.#sources, request, begun, () => this.#running.delete(topic));
      this.#running.set(topic, run);
      run.begin();
      return { run, page: begun.page };
    });
    const starting = started.finally(() => this.#starting.delete(topic));
    this.#starting.set(topic, starting);
    return starting;
  }

  #attachElsewhere(request: RunRequest, subscriber: RunSubscriber, { record: text, head }: ReadPage | ReadGap): void {
    const record = decodeRecord(text);
    if (!record) return;
    if (record.input !== request.input) throw conflict(request.topic);
    if (!record.end) this.#watch(request.topic, { record, head }).attach(subscriber);
  }

  #watch(topic: string, seen: SeenRun): RunWatch {
    const watched = this.#watched.get(topic);
    if (watched) return watched;
    const watch = new RunWatch(this.#sources, topic, seen, () => this.#watched.delete(topic));
    this.#watched.set(topic, watch);
    watch.begin();
    return watch;
  }
}

function attachTo(run: Run, { topic, input }: RunRequest, subscriber: RunSubscriber): void {
  if (run.input !== input) throw conflict(topic);
  run.attach(subscriber);
}

/**
 * The topic has no run, but none could be started: it was freed meanwhile, something else holds its lease, or it has entries that
 * are no run's.
 */
const contended = (topic: string) =>
  new SluiceError("unavailable", { message: `"${pathOf(topic)}" can't be started now`, retryAfter: 1_000 });

const conflict = (topic: string) =>
  new SluiceError("conflict", { message: `"${pathOf(topic)}" was started with another input for the same key` });

const pathOf = (topic: string) => topic.split("?", 1)[0];
