import { type Log, LogError, type Opened } from "@sluice/log";

/** Milliseconds for which a call of a log is waited for: less than clients wait for a stream, and publishers for an append. */
export const answerTimeout = 5_000;

/**
 * A log of which each call settles. A call that is not answered in time fails as if the store were away, which everything that
 * uses a log can stand. Otherwise one lost answer would keep a topic from this process for good.
 */
export function answeringLog(log: Log): Required<Log> {
  const { read, write, closed } = new Calls();
  return {
    append: (topic, events, options) => write("append", () => log.append(topic, events, options)),
    findAppend: (topic, key) => read("findAppend", () => log.findAppend(topic, key)),
    open: async (topic, options) => {
      const opened = await read("open", () => log.open(topic, options));
      if (options.limit > 0) checkProgress(topic, opened);
      return opened;
    },
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
    onStatus: (listener) => log.onStatus?.(listener) ?? (() => {}),
    close: () => write("close", async () => log.close?.()).finally(closed),
  };
}

/** Whoever reads on until the head would do so for ever. */
function checkProgress(topic: string, { page, afterSnapshot }: Opened): void {
  for (const read of [page, afterSnapshot]) {
    if (!read?.ok || read.entries.length > 0 || read.end.offset >= read.head.offset) continue;
    const where = `${read.end.offset + 1} to ${read.head.offset}`;
    throw new LogError(
      "unavailable",
      `The log has lost the entries ${where} of "${topic}". Delete the topic to begin anew.`,
    );
  }
}

/** For publishers, whose appends have deadlines of their own. */
export const publishersLog = (answering: Log, log: Log): Log => ({
  ...answering,
  append: (topic, events, options) => log.append(topic, events, options),
});

type Call = <T>(name: keyof Log, call: () => Promise<T>) => Promise<T>;

interface Waiting {
  /** By `performance.now()`. */
  readonly until: number;
  giveUp(): void;
}

/** The calls that are not answered yet, the longest first. They share one timer, since nearly all are answered long before. */
class Calls {
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** A read that fails has changed nothing. */
  readonly read: Call = (name, call) => this.#answered(call, () => late("unavailable", name));
  /** What else a call does may have happened. */
  readonly write: Call = (name, call) => this.#answered(call, () => late("unknown", name));
  /** From now on, no timer is left once nothing is waited for. */
  readonly closed = (): void => {
    this.#isClosed = true;
    this.#rest();
  };

  #answered<T>(call: () => Promise<T>, error: () => LogError): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { until: performance.now() + answerTimeout, giveUp: () => reject(error()) };
      const answer = Promise.resolve(call()); // if the engine throws, this promise rejects
      this.#waiting.add(waiting);
      this.#watch(answerTimeout);
      answer.finally(() => this.#settled(waiting)).then(resolve, reject);
    });
  }

  #settled(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#isClosed) this.#rest();
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#giveUp(), Math.max(1, Math.ceil(ms)));
    (this.#timer as { unref?(): void }).unref?.(); // it keeps no process
  }

  #giveUp(): void {
    this.#timer = undefined;
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
