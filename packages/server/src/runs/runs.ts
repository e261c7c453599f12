import { SluiceError } from "@sluice/contract";
import { aboutToStop } from "../procedure/about-to-stop.js";
import { logged } from "../topic/entry.js";
import type { RunSubscriber } from "./lead.js";
import { decodeRecord, encodeRecord } from "./record.js";
import { Run, type RunRequest, type RunSources } from "./run.js";
import { RunWatch } from "./run-watch.js";

/** Milliseconds from its last sign of life until a run is freed that nobody gave an end: however short `runTtl` is, it may be silent. */
const unendedTtl = 60 * 60_000;

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
   * Attaches a subscriber to a topic's run, and starts it if there never was one. What it has yielded is in the log, and how
   * it ended or that it is gone is in the topic's record: of neither is anything to be waited for.
   *
   * @throws SluiceError `conflict` if it was started with another input, `unavailable` if it would be started after `close()`.
   */
  async attach(request: RunRequest, subscriber: RunSubscriber): Promise<void> {
    const run = this.#running.get(request.topic) ?? (await this.#find(request));
    if (run instanceof Run && run.input !== request.input) throw conflict(request.topic);
    run?.attach(subscriber);
  }

  /** Starts no more: whoever would start one here now is to find no half of it at the next server. */
  close(): void {
    this.#isClosed = true;
  }

  /** Ends all that run here, as interrupted. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((run) => run.interrupt()));
  }

  /** The topic's run, started if there never was one; `undefined` if it is over or gone. */
  async #find(request: RunRequest): Promise<Run | RunWatch | undefined> {
    const { topic, input, mayStart } = request;
    let { record, head } = await this.#read(topic);
    if (!record && head.offset === 0 && mayStart) {
      const run = await this.#start(request);
      if (run) return run;
      ({ record, head } = await this.#read(topic)); // somebody was faster, and with which input is yet to be seen
    }
    if (!record) return undefined;
    if (record.input !== input) throw conflict(topic);
    return this.#running.get(topic) ?? (record.end ? undefined : this.#watch(topic));
  }

  async #read(topic: string) {
    const { record, head } = (await this.#sources.log.open(topic, { from: "oldest", limit: 0 })).page;
    return { record: decodeRecord(record), head };
  }

  /** `undefined`: somebody else has started it. */
  async #start(request: RunRequest): Promise<Run | undefined> {
    if (this.#isClosed) throw aboutToStop();
    const { topic, procedure, input, inputJson } = request;
    const { log, runTtl } = this.#sources;
    const { position, duplicate } = await log.append(topic, [logged.start(inputJson)], {
      idempotencyKey: logged.startKey,
      record: encodeRecord({ input }),
      ttl: Math.max(runTtl, unendedTtl),
      stateful: procedure.state !== undefined,
    });
    if (duplicate) return undefined;
    const run = new Run(this.#sources, request, position, () => this.#running.delete(topic));
    this.#running.set(topic, run);
    try {
      await request.beforeStart?.();
    } finally {
      run.begin();
    }
    return run;
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
