import { LogError } from "@sluice/log";
import type { CallKind, Connection, Connector } from "./connection.js";
import { logErrorOf } from "./errors.js";
import { longestDelay, reconnectDelay } from "./reconnect.js";

export interface LinkOptions {
  readonly connector: Connector;
  /** Milliseconds after which a command without an answer fails, and with it the connection. */
  readonly timeout: number;
  /** Makes a new connection ready for use. If it rejects, the link is down, and tries again. */
  prepare(connection: Connection): Promise<void>;
  /** Looks whether a connection in use can still be used: again and again, and when a call is denied a right. Rejects if not. */
  check?(connection: Connection): Promise<void>;
  onUp(): void;
  onDown(): void;
}

/** `starting`: calls wait for the first attempt to connect. In any other state a call is sent at once, or fails. */
type State =
  | { readonly is: "starting" }
  | { readonly is: "up" }
  | { readonly is: "down"; readonly cause: unknown }
  | { readonly is: "closed" };

interface Pending {
  readonly until: number;
  /** Resolves when it is answered or has failed. */
  readonly settled: Promise<unknown>;
}

/**
 * A connection that is kept: lost ones connect again, and one that doesn't answer is replaced. Whoever calls learns what is known:
 * `unavailable`, nothing was sent; `unknown`, it was sent, and no answer came.
 */
export class Link {
  readonly #options: LinkOptions;
  #connection: Connection | undefined;
  #state: State = { is: "starting" };
  readonly #starting: (() => void)[] = [];
  readonly #pending = new Set<Pending>();
  /** Reads that wait for it to be up again. */
  readonly #expecting = new Set<(isUp: boolean) => void>();
  #deadline: NodeJS.Timeout | undefined;
  #connecting: NodeJS.Timeout | undefined;
  #failures = 0;
  #isChecking = false;
  readonly #pings: NodeJS.Timeout;

  constructor(options: LinkOptions) {
    this.#options = options;
    // Finds out about a connection that is dead while nobody calls, so that those who only listen are told.
    this.#pings = setInterval(() => this.#ping(), options.timeout / 2);
    this.#pings.unref();
    this.#open();
  }

  get isUp(): boolean {
    return this.#state.is === "up";
  }

  /** Sends a command for a key. Commands for one key are sent in the order of the calls. */
  call(key: string, command: readonly string[], kind: CallKind): Promise<unknown> {
    return this.#call(kind, (connection) => connection.send(key, command));
  }

  callAll(command: readonly string[], kind: CallKind): Promise<readonly unknown[]> {
    return this.#call(kind, (connection) => connection.sendToAll(command));
  }

  /** Gives the connection up if its server can't be used any more. */
  check(): void {
    const [connection, { check }] = [this.#connection, this.#options];
    if (!this.isUp || !connection || !check || this.#isChecking) return;
    this.#isChecking = true;
    this.#bounded(check(connection))
      .catch((error) => {
        if (LogError.is(error) && this.isUp && connection === this.#connection) this.#replace(error);
      })
      .finally(() => {
        this.#isChecking = false;
      });
  }

  /** Something of the connection that is no command with a key. A `read` is asked again if its answer is lost, a `write` is not. */
  use<T>(ask: (connection: Connection) => Promise<T>, kind: CallKind = "read"): Promise<T> {
    return this.#call(kind, ask);
  }

  /** Ends the connection, after the answers to what was sent. */
  async close(): Promise<void> {
    if (this.#state.is === "closed") return;
    this.#become({ is: "closed" });
    clearInterval(this.#pings);
    await Promise.all([...this.#pending].map(({ settled }) => settled)); // the deadline bounds it
    clearTimeout(this.#deadline);
    clearTimeout(this.#connecting);
    this.#connection?.destroy();
  }

  #call<T>(kind: CallKind, ask: (connection: Connection) => Promise<T>, mayRetry = true): Promise<T> {
    if (this.#state.is === "starting") {
      return new Promise((resolve, reject) => {
        this.#starting.push(() => this.#call(kind, ask).then(resolve, reject));
      });
    }
    if (this.#state.is !== "up") return Promise.reject(this.#unavailable());
    const connection = this.#connection as Connection;
    return this.#bounded(ask(connection)).catch(async (error) => {
      const told = logErrorOf(error, kind, this.#options.connector.place);
      if (told.isDenied) this.check();
      if (told.isReplica && connection === this.#connection) this.#replace(told.error);
      // A read changes nothing. Its caller would otherwise have to give up for a connection that was cut for a moment.
      if (kind === "read" && told.isLost && mayRetry && (await this.#isUpSoon())) return this.#call(kind, ask, false);
      throw told.error;
    });
  }

  /** Whether it is up within `timeout`. */
  #isUpSoon(): Promise<boolean> {
    if (this.isUp) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (isUp: boolean) => {
        clearTimeout(timer);
        this.#expecting.delete(settle);
        resolve(isUp);
      };
      const timer = setTimeout(() => settle(false), this.#options.timeout).unref();
      this.#expecting.add(settle);
    });
  }

  #unavailable(): LogError {
    const { place } = this.#options.connector;
    if (this.#state.is === "closed") return new LogError("unavailable", "The log is closed.");
    const { cause } = this.#state as State & { is: "down" };
    return logErrorOf(cause, "read", place).error;
  }

  /** All commands have the same bound, so the oldest is the first that is late. */
  #bounded<T>(answer: Promise<T>): Promise<T> {
    const settle = () => void this.#pending.delete(pending);
    const pending: Pending = { until: performance.now() + this.#options.timeout, settled: answer.then(settle, settle) };
    this.#pending.add(pending);
    this.#deadline ??= this.#await(this.#options.timeout);
    return answer;
  }

  /** In two steps, and after what has come is read: otherwise it would be a blocked event loop that looks like a hung Redis. */
  #await(ms: number): NodeJS.Timeout {
    const grace = Math.ceil(this.#options.timeout / 8);
    return setTimeout(
      () => {
        this.#deadline = setTimeout(() => setImmediate(() => this.#judge()), grace).unref();
      },
      Math.max(0, ms - grace),
    ).unref();
  }

  #judge(): void {
    this.#deadline = undefined;
    for (const { until } of this.#pending) {
      const left = until - performance.now();
      if (left > 0) this.#deadline = this.#await(Math.ceil(left));
      else this.#replace(this.#hung());
      return;
    }
  }

  #hung(): LogError {
    const { connector, timeout } = this.#options;
    return new LogError("unavailable", `${connector.place} has not answered for ${timeout} ms.`);
  }

  #ping(): void {
    if (!this.isUp) return;
    this.callAll(["PING"], "read").catch(() => {});
    this.check();
  }

  #open(): void {
    if (this.#state.is === "closed") return;
    const connection = this.#options.connector.open({
      onReady: () => this.#onReady(connection),
      onLost: (cause) => {
        if (connection !== this.#connection) return;
        this.#become({ is: "down", cause });
        this.#expect(this.#options.timeout + longestDelay); // it waits before it connects again
      },
      onGone: (cause) => {
        if (connection === this.#connection) this.#replace(cause);
      },
    });
    this.#connection = connection;
    this.#expect(this.#options.timeout);
    connection.connect();
  }

  /** A server may accept a connection, and then say nothing. */
  #expect(ms: number): void {
    clearTimeout(this.#connecting);
    if (this.#state.is === "closed") return;
    const timer = setTimeout(() => {
      // After what has come is read.
      setImmediate(() => {
        if (timer === this.#connecting) this.#replace(this.#hung());
      });
    }, ms).unref();
    this.#connecting = timer;
  }

  #onReady(connection: Connection): void {
    if (connection !== this.#connection || this.#state.is === "closed") return;
    this.#bounded(this.#options.prepare(connection)).then(
      () => {
        if (connection !== this.#connection) return;
        clearTimeout(this.#connecting);
        this.#connecting = undefined;
        this.#failures = 0;
        this.#become({ is: "up" });
      },
      (cause) => {
        if (connection === this.#connection) this.#replace(cause);
      },
    );
  }

  /** Gives a connection up, and opens another one. */
  #replace(cause: unknown): void {
    const old = this.#connection;
    if (!old) return; // the next one is on its way
    this.#connection = undefined;
    clearTimeout(this.#connecting);
    this.#become({ is: "down", cause });
    old.destroy();
    setTimeout(() => this.#open(), reconnectDelay(this.#failures)).unref();
    this.#failures += 1;
  }

  #become(state: State): void {
    const was = this.#state;
    if (was.is === "closed") return;
    this.#state = state;
    for (const call of this.#starting.splice(0)) call();
    if (state.is === "up" || state.is === "closed") for (const settle of this.#expecting) settle(state.is === "up");
    if (state.is === "up") this.#options.onUp();
    else if (was.is === "up" && state.is === "down") this.#options.onDown();
  }
}
