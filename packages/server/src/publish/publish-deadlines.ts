import { SluiceError } from "@sluice/contract";
import type { Appended } from "@sluice/log";
import { publishFailure, unknownOutcome } from "./publish-failure.js";

/** By default, a publish fails after this many milliseconds. */
export const defaultPublishTimeout = 10_000;

export interface PublishTerms {
  /** Milliseconds. */
  readonly timeout: number;
  /** It has an idempotency key. */
  readonly isKeyed: boolean;
}

/** What is known of a publish if its time is over. */
export class PublishDeadline {
  /** By `performance.now()`. */
  readonly at: number;
  /** The caller was told. Nothing may be appended from now on. */
  isOver = false;
  /** An append was sent, and what became of it is not known. */
  isSent = false;
  /** The events are appended; what remains is not waited for any longer. */
  appended: Appended | undefined;
  /** Makes the error if nothing was sent. */
  late: () => SluiceError = notInTime;
  /** Ends the publish. */
  readonly end: () => void;
  #giveUp: ((error: SluiceError) => void) | undefined;
  /** Its neighbours among the open ones: a linked list, since a Set costs more than the rest where all come and go at once. */
  previous: PublishDeadline | undefined;
  next: PublishDeadline | undefined;

  constructor(at: number, end: (deadline: PublishDeadline) => void) {
    this.at = at;
    this.end = () => end(this);
  }

  /** @throws SluiceError if the time is over: call it before each append. */
  send(): void {
    if (this.isOver || performance.now() >= this.at) throw this.late();
    this.isSent = true;
  }

  /**
   * Waits for a call of the log, which may never be answered.
   *
   * @throws SluiceError if the time is over before.
   */
  answered<T>(call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      call.then(resolve, reject);
    });
  }

  /** The time is over. */
  pass(): void {
    this.isOver = true;
    this.end();
    this.#giveUp?.(this.late());
  }
}

const notInTime = () =>
  new SluiceError("unavailable", { message: "The events were not appended in time", retryAfter: 1_000 });

/**
 * The publishes that wait for their log. They share one timer, which is set for the earliest when it was set: on most logs, nearly
 * all publishes end long before it is due, and setting a timer for each would cost more than the rest.
 */
export class PublishDeadlines {
  #first: PublishDeadline | undefined;
  #last: PublishDeadline | undefined;
  /** Called when none is open any more. */
  #onIdle: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  /** Runs `append`, for at most as long as the publish may take. Rejects with what the caller of `publish` gets. */
  within(
    { timeout, isKeyed }: PublishTerms,
    append: (deadline: PublishDeadline) => Promise<Appended>,
  ): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const deadline = new PublishDeadline(performance.now() + timeout, ({ appended, isSent, late }) => {
        if (appended) resolve(appended);
        else reject(isSent ? unknownOutcome(isKeyed) : late());
      });
      this.#add(deadline);
      startOf(append, deadline).then(
        (appended) => {
          this.#remove(deadline);
          resolve(appended);
        },
        (error) => {
          this.#remove(deadline);
          reject(publishFailure(error, { isKeyed, isSent: deadline.isSent }));
        },
      );
    });
  }

  /** Resolves when no publish is open. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = () => {
        this.#set(Number.POSITIVE_INFINITY);
        resolve();
      };
      if (!this.#first) this.#onIdle();
    });
  }

  #remove(deadline: PublishDeadline): void {
    const { previous, next } = deadline;
    if (!previous && this.#first !== deadline) return; // removed before
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    deadline.previous = undefined;
    deadline.next = undefined;
    if (!this.#first) this.#onIdle();
  }

  #add(deadline: PublishDeadline): void {
    deadline.previous = this.#last;
    if (this.#last) this.#last.next = deadline;
    else this.#first = deadline;
    this.#last = deadline;
    if (deadline.at < this.#dueAt) this.#set(deadline.at);
  }

  #set(at: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#fire(), Math.min(Math.max(0, Math.ceil(at - performance.now())), longest));
    (this.#timer as { unref?: () => void }).unref?.(); // it keeps no process
  }

  #fire(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    let following: PublishDeadline | undefined;
    for (let deadline = this.#first; deadline; deadline = following) {
      following = deadline.next;
      if (deadline.at > now) {
        next = Math.min(next, deadline.at);
        continue;
      }
      this.#remove(deadline);
      deadline.pass();
    }
    this.#set(next);
  }
}

/** An engine may throw instead of rejecting. */
function startOf(append: (deadline: PublishDeadline) => Promise<Appended>, deadline: PublishDeadline) {
  try {
    return append(deadline);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Most milliseconds of a timer. */
const longest = 2_147_483_647;
