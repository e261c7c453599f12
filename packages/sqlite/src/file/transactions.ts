import type { LogError } from "@sluice/log";
import type { SqliteDatabase } from "../database/database.js";
import { closedError, commitError, isBusy, unavailable } from "../database/errors.js";
import { rollBack } from "../database/in-transaction.js";

/** Calls that one transaction does at most: more would block the event loop for long. */
const mostJobs = 256;
/** Characters of events that one transaction writes, more or less. */
const mostWeight = 4 * 1024 * 1024;

export interface TransactionHooks {
  /** A transaction has begun: another process may have written since the last one. */
  began(): void;
  /** A writing transaction is about to be committed. */
  ending(): void;
  /** A writing transaction is committed, or nothing of it is. */
  ended(isCommitted: boolean): void;
  /** A transaction failed with this error, which may be that the file is busy. */
  failed(kind: "read" | "write", error: unknown): void;
}

interface Job {
  work(): unknown;
  readonly weight: number;
  /** Set when the file is found busy. */
  deadline: number | undefined;
  result: unknown;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * The transactions of one connection. What is to be written in one turn of the event loop is one transaction. While another process
 * writes, it is tried again by a timer, so that the event loop goes on.
 */
export class Transactions {
  readonly #database: SqliteDatabase;
  readonly #hooks: TransactionHooks;
  readonly #busyTimeout: number;
  #queue: Job[] = [];
  #isScheduled = false;
  /** Why no calls are taken any more. */
  #refusal: LogError | undefined;

  constructor(database: SqliteDatabase, busyTimeout: number, hooks: TransactionHooks) {
    this.#database = database;
    this.#busyTimeout = busyTimeout;
    this.#hooks = hooks;
  }

  /**
   * Does the work in a writing transaction, after all that was given before. It must not throw an error of its caller: that would undo
   * the work of others.
   */
  write<T>(work: () => T, weight = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#refusal) {
        reject(this.#refusal);
        return;
      }
      const done = resolve as (result: unknown) => void;
      this.#queue.push({ work, weight, deadline: undefined, result: undefined, resolve: done, reject });
      this.#schedule();
    });
  }

  /** Does the work at once, in a reading transaction. The work may throw. */
  read<T>(work: () => T): T {
    if (this.#refusal) throw this.#refusal;
    try {
      return this.#read(work);
    } catch (error) {
      this.#hooks.failed("read", error);
      throw error;
    }
  }

  /** No further calls. Those before are done. */
  close(): void {
    this.#refusal ??= closedError();
  }

  /** Nothing is done any more, nor what waits. */
  refuse(error: LogError): void {
    this.#refusal = error;
    for (const job of this.#queue.splice(0)) job.reject(error);
  }

  #read<T>(work: () => T): T {
    this.#database.exec("BEGIN");
    try {
      this.#hooks.began();
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      rollBack(this.#database);
      throw error;
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#isScheduled = false;
    if (this.#queue.length === 0) return; // refused
    try {
      this.#database.exec("BEGIN IMMEDIATE");
    } catch (error) {
      this.#cannotBegin(error);
      return;
    }
    const jobs = this.#nextJobs();
    const failure = this.#commit(jobs);
    this.#hooks.ended(failure === undefined);
    if (failure) this.#hooks.failed("write", failure.cause);
    for (const job of jobs) {
      if (failure) job.reject(failure);
      else job.resolve(job.result);
    }
    if (this.#queue.length > 0) this.#schedule();
  }

  #commit(jobs: readonly Job[]): Error | undefined {
    try {
      this.#hooks.began();
      for (const job of jobs) job.result = job.work();
      this.#hooks.ending();
    } catch (error) {
      rollBack(this.#database);
      return unavailable(error);
    }
    try {
      this.#database.exec("COMMIT");
      return undefined;
    } catch (error) {
      rollBack(this.#database);
      return commitError(error);
    }
  }

  #nextJobs(): Job[] {
    let [count, weight] = [0, 0];
    while (count < Math.min(this.#queue.length, mostJobs) && weight < mostWeight) {
      weight += this.#queue[count]?.weight ?? 0;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  #cannotBegin(error: unknown): void {
    const now = performance.now();
    const jobs = this.#queue;
    this.#queue = [];
    for (const job of jobs) {
      if (isBusy(error) && !this.#isTooLate(job, now)) this.#queue.push(job);
      else job.reject(unavailable(error));
    }
    this.#hooks.failed("write", error);
    if (this.#queue.length === 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    // At random, or two processes would come at the same times again and again.
    setTimeout(() => this.#run(), 1 + Math.random() * 4);
  }

  #isTooLate(job: Job, now: number): boolean {
    job.deadline ??= now + this.#busyTimeout;
    return now >= job.deadline;
  }
}
