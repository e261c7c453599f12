import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Log, LogError, type Wakeup } from "@sluice/log";
import type { ChildAnswer, ChildCall, ChildError } from "./log-child.ts";

/** A log in another process. */
export interface LogInChild {
  readonly log: Log;
  /** Moves the clock of the log, if the opener's log has one that moves. */
  advance(ms: number): Promise<void>;
}

const methods = [
  "append",
  "findAppend",
  "open",
  "saveSnapshot",
  "trim",
  "acquire",
  "renew",
  "release",
  "free",
] as const;

/** A process for logs: as many as are opened in it. It starts in a second or two. */
export class LogProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  readonly #watchers = new Map<number, (wakeup?: Wakeup) => void>();
  #calls = 0;
  #logs = 0;

  constructor() {
    this.#child = start();
    this.#child.on("message", (answer: ChildAnswer) => this.#take(answer));
    this.#child.on("exit", (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The process ended with ${code ?? signal}.`));
      this.#waiting.clear();
    });
  }

  /**
   * Opens a log in the process.
   *
   * @param opener A module that exports `openLog(options)`, which returns `{ log, advance? }`.
   * @param options Given to `openLog`; must be cloneable.
   */
  async open(opener: URL, options: unknown): Promise<LogInChild> {
    const number = this.#logs++;
    const call = <T>(method: string, ...args: unknown[]): Promise<T> => this.#call(number, method, args);
    const log = Object.fromEntries(
      methods.map((method) => [method, (...args: unknown[]) => call(method, ...args)]),
    ) as unknown as Log;
    log.close = () => call("close");
    log.watch = (topic, onAppend) => {
      const watch = this.#calls;
      this.#watchers.set(watch, onAppend);
      const ready = call<void>("watch", topic);
      ready.catch(() => {});
      return {
        ready,
        stop: () => {
          if (this.#watchers.delete(watch)) void call("stop", watch).catch(() => {});
        },
      };
    };
    await call("start", opener.href, options);
    return { log, advance: (ms) => call("advance", ms) };
  }

  /** Ends the process by `SIGKILL`. Calls under way are rejected. */
  kill(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    return gone;
  }

  #call<T>(log: number, method: string, args: unknown[]): Promise<T> {
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, log, method, args } satisfies ChildCall, (error) => error && reject(error));
    });
  }

  #take(answer: ChildAnswer): void {
    if ("watch" in answer) {
      this.#watchers.get(answer.watch)?.(answer.wakeup);
      return;
    }
    const { resolve, reject } = this.#waiting.get(answer.id) ?? {};
    this.#waiting.delete(answer.id);
    if (answer.error) reject?.(errorOf(answer.error));
    else resolve?.(answer.value as never);
  }
}

function start(): ChildProcess {
  const folder = fileURLToPath(new URL(".", import.meta.url)); // where `tsx` is looked for from
  const { NODE_OPTIONS: _, ...env } = process.env;
  return fork(fileURLToPath(new URL("log-child.ts", import.meta.url)), {
    cwd: folder,
    env,
    execArgv: ["--import", "tsx", "--conditions=@sluice/source", "--no-warnings"],
    serialization: "advanced",
  });
}

function errorOf({ name, code, message }: ChildError): Error {
  if (code === "unavailable" || code === "unknown") return new LogError(code, message);
  if (name === "RangeError") return new RangeError(message);
  return name === "TypeError" ? new TypeError(message) : new Error(message);
}
