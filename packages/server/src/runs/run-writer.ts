import { type Cursor, LogError, type LogEvent } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { delay } from "../time/delay.js";
import { Lifetime } from "../time/lifetime.js";
import { logged } from "../topic/entry.js";
import { type Kept, LeaseKeeper } from "./lease-keeper.js";
import type { Fate } from "./record.js";
import { RunLog, type RunNews } from "./run-log.js";
import type { RunRequest, RunSources } from "./run-request.js";
import type { Begun } from "./run-start.js";
import { isGoing, type RunEvent, type RunState, running, transition } from "./run-state.js";
import { StopWatch } from "./stop-watch.js";
import { backoff, leaseDelay } from "./store-away.js";

export interface RunListener extends RunNews {
  /** The run's end is in the log, or the log has lost the run. */
  onOver(fate: "ended" | "gone"): void;
}

/** Writes a run to the log, from its first event to its end. While the store is away it waits and tries again. */
export class RunWriter {
  /** Ends as soon as the run is to end. */
  readonly lifetime = new Lifetime();
  readonly #sources: RunSources;
  readonly #path: string;
  readonly #listener: RunListener;
  readonly #log: RunLog;
  readonly #keeper: LeaseKeeper;
  readonly #stopWatch: StopWatch;
  #state: RunState = running;

  constructor(sources: RunSources, request: RunRequest, begun: Begun, listener: RunListener) {
    this.#sources = sources;
    this.#path = request.procedure.path;
    this.#listener = listener;
    this.#log = new RunLog(sources, request, begun, {
      onAttached: () => {
        if (this.isGoing) listener.onAttached();
      },
      onStop: () => {
        if (this.isGoing) listener.onStop();
      },
    });
    this.#keeper = new LeaseKeeper(sources.wheel, (failures) => this.#keep(failures));
    this.#stopWatch = new StopWatch({
      log: sources.log,
      wheel: sources.wheel,
      topic: request.topic,
      appendedAt: () => this.#keeper.keptAt,
      look: () => void this.look().catch(() => {}), // the keeper looks again, and reports
    });
  }

  get isGoing(): boolean {
    return isGoing(this.#state);
  }

  /**
   * Appends an event, however long that takes. `undefined`: the run ends without it.
   *
   * @throws the error of the contract or the log, if the event can never be appended.
   */
  async append(event: EncodedEvent): Promise<Cursor | undefined> {
    while (this.isGoing) {
      let answer: Awaited<ReturnType<RunLog["append"]>> | "away";
      try {
        answer = await this.#log.append(event);
      } catch (error) {
        if (!LogError.is(error)) throw error;
        if (this.#state.kind === "running") this.#report(error); // once, and not for each attempt
        answer = "away";
      }
      if (typeof answer === "object") {
        this.#keeper.kept();
        if (this.#state.kind === "paused") this.#become({ type: "appended" });
        return answer;
      }
      if (answer === "unheld" || answer === "away") await this.#pause(answer);
      else await this.#heed(answer);
    }
    return undefined;
  }

  /** Reads what other servers said of the run. */
  async look(): Promise<void> {
    await this.#heed(await this.#log.look());
  }

  /** Ends the run, if it has no end yet. Resolves after the first attempt to write the end. */
  async finish(end: LogEvent): Promise<void> {
    if (!this.isGoing) return;
    this.#become({ type: "finished", end });
    await this.#writeEnd();
  }

  async #pause(why: "unheld" | "away"): Promise<void> {
    this.#become({ type: "failed" });
    if (this.#state.kind !== "paused") return;
    await delay(this.#sources.wheel, why === "unheld" ? leaseDelay : backoff(this.#state.attempts), this.lifetime);
  }

  async #heed(fate: Fate): Promise<void> {
    switch (fate) {
      case "going":
        return;
      case "ended":
        return this.#over(fate);
      case "gone":
        return this.finish(logged.interrupted);
      default:
        return fate satisfies never;
    }
  }

  async #keep(failures: number): Promise<Kept> {
    if (this.#state.kind === "paused") return "kept"; // the next attempt to append renews the lease
    try {
      const answer = await this.#log.keep();
      if (answer === "kept" || answer === "unheld") return answer;
      await this.#heed(answer);
      return "kept";
    } catch (error) {
      if (failures === 0) this.#report(error);
      return "failed";
    }
  }

  /** Tries until the end is in the log: every subscriber, now or later, gets it. */
  async #writeEnd(): Promise<void> {
    const state = this.#state;
    if (state.kind !== "ending") return;
    let wait = leaseDelay;
    try {
      const answer = await this.#log.end(state.end);
      if (answer !== "unheld") return this.#over(answer);
    } catch (error) {
      if (state.attempts === 0) this.#report(error);
      wait = backoff(state.attempts + 1);
    }
    this.#become({ type: "failed" });
    this.#sources.wheel.schedule({ tick: 0, fire: () => void this.#writeEnd() }, wait);
  }

  #over(fate: "ended" | "gone"): void {
    if (this.#state.kind === "over") return;
    this.#become({ type: "ended" });
    this.#listener.onOver(fate);
  }

  #become(event: RunEvent): void {
    const wasGoing = this.isGoing;
    this.#state = transition(this.#state, event);
    if (!wasGoing || this.isGoing) return;
    this.#keeper.close();
    this.#stopWatch.close();
    this.lifetime.end();
  }

  #report(error: unknown): void {
    this.#sources.report(error, this.#path, undefined);
  }
}
