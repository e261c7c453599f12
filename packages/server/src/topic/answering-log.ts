import { type Log, LogError } from "@sluice/log";

/** Milliseconds for which a call of a log is waited for: less than clients wait for a stream, and publishers for an append. */
export const answerTimeout = 5_000;

interface Options {
  /** False: for publishers, whose appends have deadlines of their own. Default: true. */
  readonly boundsAppends?: boolean;
}

/**
 * A log of which each call settles. A call that is not answered in time fails as if the store were away, which everything that
 * uses a log can stand. Otherwise one lost answer would keep a topic from this process for good.
 */
export function answeringLog(log: Log, { boundsAppends = true }: Options = {}): Log {
  const { read, write } = new Calls();
  const append: Log["append"] = (topic, events, options) => log.append(topic, events, options);
  return {
    append: boundsAppends ? (...given) => write("append", () => append(...given)) : append,
    findAppend: (topic, key) => read("findAppend", () => log.findAppend(topic, key)),
    open: (topic, options) => read("open", () => log.open(topic, options)),
    watch: (topic, onAppend) => {
      const watch = log.watch(topic, onAppend);
      const ready = read("watch", () => watch.ready);
      ready.catch(() => {}); // nobody has to wait for it
      return { ready, stop: () => watch.stop() };
    },
    saveSnapshot: (topic, cursor, data) => write("saveSnapshot", () => log.saveSnapshot(topic, cursor, data)),
    trim: (topic, upTo) => write("trim", () => log.trim(topic, upTo)),
    acquire: (topic, request) => write("acquire", () => log.acquire(topic, request)),
    renew: (lease) => write("renew", () => log.renew(lease)),
    release: (lease) => write("release", () => log.release(lease)),
    free: (topic) => write("free", () => log.free(topic)),
    close: () => write("close", async () => log.close?.()),
  } satisfies Required<Log>;
}

type Call = <T>(name: keyof Log, call: () => Promise<T>) => Promise<T>;

interface Waiting {
  /** By `performance.now()`. */
  readonly until: number;
  giveUp(): void;
}

/** The calls that are not answered yet, the longest first. They share one timer, since nearly all are answered long before. */
class Calls {
  readonly #waiting = new Set<Waiting>();
  #hasTimer = false;

  /** A read that fails has changed nothing. */
  readonly read: Call = (name, call) => this.#answered(call, () => late("unavailable", name));
  /** What else a call does may have happened. */
  readonly write: Call = (name, call) => this.#answered(call, () => late("unknown", name));

  #answered<T>(call: () => Promise<T>, error: () => LogError): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { until: performance.now() + answerTimeout, giveUp: () => reject(error()) };
      const answer = Promise.resolve(call()); // if the engine throws, this promise rejects
      this.#waiting.add(waiting);
      this.#watch(answerTimeout);
      answer.finally(() => this.#waiting.delete(waiting)).then(resolve, reject);
    });
  }

  #watch(ms: number): void {
    if (this.#hasTimer) return;
    this.#hasTimer = true;
    const timer: { unref?(): void } | number = setTimeout(() => this.#giveUp(), Math.max(1, Math.ceil(ms)));
    if (typeof timer === "object") timer.unref?.(); // it keeps no process
  }

  #giveUp(): void {
    this.#hasTimer = false;
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.until > now) {
        this.#watch(waiting.until - now);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.giveUp();
    }
  }
}

const late = (code: LogError["code"], name: keyof Log) =>
  new LogError(code, `The log has not answered ${name}() for ${answerTimeout} ms.`);
