import { LogError, type Watch } from "@sluice/log";
import { reported, toPublicError } from "../procedure/errors.js";
import { type Kept, LeaseKeeper } from "../runs/lease-keeper.js";
import { lookEvery } from "../runs/run-times.js";
import { backoff, leaseDelay } from "../runs/store-away.js";
import type { Deadline } from "../time/timer-wheel.js";
import type { Claimant } from "./seniority.js";
import { SourceLease } from "./source-lease.js";
import { failureOf, SourceLog } from "./source-log.js";
import type { SourceParts, SourceRequest } from "./source-request.js";
import { type SourceEnd, SourceRun } from "./source-run.js";
import { furthest, isPast, type SourceSubscriber } from "./whereabouts.js";

/** Milliseconds until a source that threw runs again: at first, and at most. A run of the longest resets it to the first. */
const [firstRest, maxRest] = [1_000, 30_000];

/** What this server does for a topic's source. */
type SourceState =
  /** Somebody else holds the lease, or nobody is here for whom it would run. */
  | { readonly kind: "waiting"; readonly failures: number }
  | { readonly kind: "running"; readonly run: SourceRun; readonly since: number; readonly throws: number }
  /** It threw, and will run again. */
  | { readonly kind: "resting"; readonly throws: number }
  /** Its generator has returned. */
  | { readonly kind: "quiet" }
  | { readonly kind: "over" };

/** A topic's source, on one server, for as long as the topic has subscribers there. */
export class Source implements Deadline, Claimant {
  tick = 0;
  readonly #parts: SourceParts;
  readonly #request: SourceRequest;
  readonly #lease: SourceLease;
  readonly #log: SourceLog;
  readonly #subscribers = new Set<SourceSubscriber>();
  #state: SourceState = { kind: "waiting", failures: 0 };
  #watch: Watch | undefined;
  /** Set while it holds the lease. */
  #keeper: LeaseKeeper | undefined;
  #isTrying = false;
  #isWoken = false;
  #hasYielded = false;
  /** When somebody else last held the lease, by the wheel's monotonic time. */
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: SourceParts, request: SourceRequest) {
    this.#parts = parts;
    this.#request = request;
    this.#lease = new SourceLease(parts.log, request.topic);
    this.#log = new SourceLog(parts, request, this.#lease);
  }

  begin(): void {
    this.#watch = this.#lease.watch(() => this.#wake());
    this.#watch.ready.catch((error) => this.#report(error)); // it looks from time to time all the same
  }

  attach(subscriber: SourceSubscriber): void {
    this.#subscribers.add(subscriber);
    subscriber.lifetime.watch({ onEnd: () => this.#subscribers.delete(subscriber) });
    if (this.#state.kind === "running") this.#state.run.lead.attach(subscriber);
    // Where another server runs it, a thousand who come at once ask the store no more than one does.
    if (this.#parts.wheel.monotonic - this.#refusedAt >= leaseDelay) this.#wake();
    else if (this.#state.kind === "waiting" && !this.#isTrying) this.#schedule(leaseDelay);
  }

  /** Stops the generator and gives the lease back. Never rejects. */
  async end(): Promise<void> {
    this.#watch?.stop();
    await this.#leave({ kind: "over" });
  }

  yield(): void {
    this.#hasYielded = true;
    if (this.#state.kind !== "waiting") void this.#leave({ kind: "waiting", failures: 0 });
  }

  resume(): void {
    this.#hasYielded = false;
    this.#wake();
  }

  /** It waits for long enough, or has rested. */
  fire(): void {
    if (this.#state.kind === "resting") this.#run(this.#state.throws);
    else this.#wake();
  }

  #wake(): void {
    if (this.#state.kind !== "waiting" || this.#hasYielded) return;
    if (this.#isTrying) this.#isWoken = true;
    else void this.#try();
  }

  /** Takes the lease, if it is free, and runs the source, if there is anybody for whom. */
  async #try(): Promise<void> {
    this.#isTrying = true;
    this.#parts.wheel.cancel(this);
    let wait: number;
    do {
      this.#isWoken = false;
      wait = await this.#begin().catch((error) => this.#failed(error));
    } while (this.#isWoken && this.#state.kind === "waiting" && !this.#hasYielded && this.#isAnybodyHere);
    this.#isTrying = false;
    if (this.#state.kind === "waiting") this.#schedule(wait);
  }

  get #isAnybodyHere(): boolean {
    const { failure } = this.#log;
    return !failure ? this.#subscribers.size > 0 : [...this.#subscribers].some((each) => isPast(each, failure));
  }

  /** @returns milliseconds until it should look again, if it still waits */
  async #begin(): Promise<number> {
    const from = furthest(this.#subscribers);
    if (!from) return leaseDelay;
    if (!this.#isAnybodyHere) return 0; // they may be behind the failure, and on their way
    if (!(await this.#lease.take())) {
      this.#refusedAt = this.#parts.wheel.monotonic;
      return lookEvery;
    }
    const begun = this.#mayRun ? await this.#log.begin(from) : "failed";
    if (begun === "begun" && this.#mayRun) {
      this.#keeper = new LeaseKeeper(this.#parts.wheel, (failures) => this.#keep(failures));
      this.#run(0);
    } else if (this.#mayRun) await this.#lease.release();
    else await this.#lease.handOver();
    return leaseDelay;
  }

  get #mayRun(): boolean {
    return this.#state.kind === "waiting" && !this.#hasYielded;
  }

  #failed(error: unknown): number {
    if (this.#state.kind !== "waiting") return 0;
    const failures = this.#state.failures + 1;
    this.#state = { kind: "waiting", failures };
    if (failures === 1 || !LogError.is(error)) this.#report(error);
    return backoff(failures);
  }

  #run(throws: number): void {
    const run = new SourceRun(this.#parts, this.#request, this.#log);
    const state: SourceState = { kind: "running", run, since: this.#parts.wheel.monotonic, throws };
    this.#state = state;
    for (const subscriber of this.#subscribers) run.lead.attach(subscriber);
    void run.drive().then((end) => {
      if (this.#state === state) void this.#ended(end, state);
    });
  }

  async #ended(end: SourceEnd, state: SourceState & { readonly kind: "running" }): Promise<void> {
    switch (end.kind) {
      case "stopped":
        return;
      case "returned":
        state.run.lifetime.end();
        this.#state = { kind: "quiet" };
        return;
      case "lost":
        return this.#lost();
      case "threw":
        return this.#threw(end.error, state);
      default:
        return end satisfies never;
    }
  }

  async #threw(error: unknown, { run, since, throws }: SourceState & { readonly kind: "running" }): Promise<void> {
    const { procedure } = this.#request;
    const seen = toPublicError(error, procedure.errors);
    if (Object.hasOwn(procedure.errors, seen.code)) return this.#fail(run, seen);
    this.#report(seen.code === "internal" ? reported(error, seen) : error);
    run.lifetime.end();
    const before = this.#parts.wheel.monotonic - since >= maxRest ? 0 : throws;
    this.#state = { kind: "resting", throws: before + 1 };
    this.#schedule(Math.min(maxRest, firstRest * 2 ** before));
  }

  /** Tells all who are subscribed, on all servers, and waits for somebody new. */
  async #fail(run: SourceRun, error: Parameters<typeof failureOf>[0]): Promise<void> {
    const event = failureOf(error);
    const answer = await run.persist(() => this.#log.fail(event)).catch((cause) => this.#report(cause));
    if (this.#state.kind !== "running" || this.#state.run !== run) return;
    if (answer === "lost") return this.#lost();
    this.#drop({ kind: "waiting", failures: 0 });
    await this.#lease.release().catch((cause) => this.#report(cause));
    this.#schedule(leaseDelay);
  }

  async #keep(failures: number): Promise<Kept> {
    try {
      if (await this.#lease.take()) return "kept";
      this.#lost();
      return "unheld";
    } catch (error) {
      if (failures === 0) this.#report(error);
      return "failed";
    }
  }

  /** Another server runs it. */
  #lost(): void {
    if (this.#state.kind === "over" || this.#state.kind === "waiting") return;
    this.#drop({ kind: "waiting", failures: 0 });
    this.#schedule(leaseDelay);
  }

  async #leave(state: SourceState): Promise<void> {
    const isHolder = this.#keeper !== undefined;
    this.#drop(state);
    // Who is about to take the lease finds out by itself.
    if (isHolder) await this.#lease.handOver().catch((error) => this.#report(error)); // or it expires
  }

  #drop(state: SourceState): void {
    const before = this.#state;
    this.#state = state;
    this.#parts.wheel.cancel(this);
    this.#keeper?.close();
    this.#keeper = undefined;
    if (before.kind === "running") before.run.lifetime.end();
  }

  #schedule(ms: number): void {
    this.#parts.wheel.cancel(this);
    this.#parts.wheel.schedule(this, ms);
  }

  #report(error: unknown): void {
    this.#parts.report(error, this.#request.procedure.path, undefined);
  }
}
