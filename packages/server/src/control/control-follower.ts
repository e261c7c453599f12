import { SluiceError } from "@sluice/contract";
import { formatCursor } from "@sluice/contract/wire";
import type { Cursor, Log, LogEntry, ReadGap, ReadPage, Wakeup, Watch } from "@sluice/log";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { isSameCursor } from "../topic/same-cursor.js";
import { controlTopic, type DisconnectWord, decodeWord, encodeWord, wordOptions } from "./words.js";

export interface ControlListener {
  /** Another server, or a publisher, said so. */
  onDisconnect(word: DisconnectWord): void;
  /** There may have been words that this server will never read. */
  onMissed(): void;
  /** The log has been away for some time, or is back after that. */
  onStore(isUp: boolean): void;
}

export interface ControlParts {
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly listener: ControlListener;
  report(error: unknown, path: string, context: unknown): void;
}

/** Entries per read. */
const pageLength = 512;
/** Milliseconds for which a server that has read `$control` counts as able to read it. */
const freshFor = 1_000;
/** Milliseconds between two attempts to read. */
const retryEvery = 1_000;
/** Milliseconds for which a log is away before clients are told: less is no news. */
const tellAfter = 1_000;

/** Follows `$control` from the server's start on, by cursor: what other servers said during an outage is read after it. */
export class ControlFollower implements Deadline {
  tick = 0;
  /** Names this server in its words. */
  readonly name = crypto.randomUUID();
  readonly #parts: ControlParts;
  #watch: Watch | undefined;
  /** Everything up to here was obeyed. `undefined`: the first read is not done, and nobody was admitted yet. */
  #cursor: Cursor | undefined;
  /** A cursor that the log has lost: other servers, which may have read less, must be told. */
  #lost: Cursor | undefined;
  /** Told by this server, or by another that had the same cursor. */
  #told: string | undefined;
  #reading: Promise<void> | undefined;
  #mustRead = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #isAway = false;
  /** The engine says so: even if it can be read, nobody is told of what is appended. */
  #isDown = false;
  #awaySince: number | undefined;
  #isToldAway = false;
  #stopStatus: (() => void) | undefined;
  #isClosed = false;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#stopStatus = this.#parts.log.onStatus?.((status) => {
      this.#isDown = status === "down";
      if (this.#isDown) this.#note(false);
      else if (this.#awaySince !== undefined) this.#look();
    });
    this.#look();
  }

  /**
   * To be awaited before a stream is authorised: who can't be revoked must not be admitted. `undefined`: this server has
   * read `$control` a moment ago. Otherwise it resolves when it has.
   *
   * @throws SluiceError `unavailable` if it can't be read.
   */
  assertReadable(): Promise<void> | undefined {
    const age = this.#parts.wheel.monotonic - this.#readAt;
    if (!this.#isAway && age >= 0 && age < freshFor) return undefined;
    return this.#read().catch((cause) => {
      const message = "This server can't be told of revocations at the moment";
      throw new SluiceError("unavailable", { message, cause, retryAfter: retryEvery });
    });
  }

  fire(): void {
    if (this.#isDown || this.#isAway) this.#note(false); // a read may wait for long
    this.#look();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopStatus?.();
    this.#watch?.stop();
    this.#parts.wheel.cancel(this);
  }

  #onAppend(wakeup?: Wakeup): void {
    if (wakeup && !this.#reading && this.#cursor && isSameCursor(wakeup.before, this.#cursor)) {
      this.#obey(wakeup.entries);
      this.#cursor = (wakeup.entries.at(-1) as LogEntry).cursor;
      return;
    }
    this.#mustRead = true;
    this.#look();
  }

  #look(): void {
    this.#read().catch(() => {});
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
      if (this.#mustRead && !this.#isAway) this.#look();
    });
    return this.#reading;
  }

  async #readOn(): Promise<void> {
    const { log, wheel } = this.#parts;
    try {
      await this.#watched();
      do {
        this.#mustRead = false;
        const now = wheel.monotonic;
        const { page } = await log.open(controlTopic, { from: this.#cursor ?? { last: 0 }, limit: pageLength });
        if (this.#isClosed) return;
        this.#take(page);
        await this.#tellLost();
        this.#readAt = now;
      } while (this.#mustRead);
      this.#isAway = false;
      this.#note(!this.#isDown);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async #watched(): Promise<void> {
    this.#watch ??= this.#parts.log.watch(controlTopic, (wakeup) => this.#onAppend(wakeup));
    try {
      await this.#watch.ready;
    } catch (error) {
      this.#watch.stop();
      this.#watch = undefined;
      throw error;
    }
  }

  #take(page: ReadPage | ReadGap): void {
    const seen = this.#cursor;
    if (!seen) {
      this.#cursor = page.head;
    } else if (page.ok) {
      this.#obey(page.entries);
      this.#cursor = page.end;
      this.#mustRead ||= page.end.offset < page.head.offset;
    } else if (page.reason === "epoch" && seen.offset === 0 && page.oldest.offset === 0) {
      // Nothing had ever been said, so the log has forgotten the topic. Its next life is read from its beginning.
      this.#cursor = page.oldest;
      this.#mustRead = true;
    } else {
      this.#cursor = page.head;
      if (page.reason !== "trimmed") this.#lost = seen;
      this.#parts.listener.onMissed();
    }
  }

  #obey(entries: readonly LogEntry[]): void {
    const { listener } = this.#parts;
    for (const entry of entries) {
      const word = decodeWord(entry);
      if (word?.kind === "disconnect" && word.from !== this.name) listener.onDisconnect(word);
      if (word?.kind === "missed" && (word.lost === "" || word.lost !== this.#told)) listener.onMissed();
    }
  }

  /** A server that had read fewer of the lost words can't see that the log lost any. */
  async #tellLost(): Promise<void> {
    if (!this.#lost) return;
    const lost = formatCursor(this.#lost);
    this.#told = lost;
    const options = { ...wordOptions, idempotencyKey: `$missed/${lost}` };
    await this.#parts.log.append(controlTopic, [encodeWord({ kind: "missed", lost })], options);
    this.#lost = undefined;
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    if (!this.#isAway) this.#parts.report(error, controlTopic, undefined); // once, and not for each attempt
    this.#isAway = true;
    this.#note(false);
  }

  /** Looks again while the log is away, and has clients told. */
  #note(isUp: boolean): void {
    const { wheel, listener } = this.#parts;
    wheel.cancel(this);
    if (isUp) this.#awaySince = undefined;
    else {
      this.#awaySince ??= wheel.monotonic;
      wheel.schedule(this, retryEvery);
      if (wheel.monotonic - this.#awaySince < tellAfter) return;
    }
    if (this.#isToldAway !== isUp) return;
    this.#isToldAway = !isUp;
    listener.onStore(isUp);
  }
}
