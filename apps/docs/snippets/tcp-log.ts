import { connect, createServer, type Server, type Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";
import { type Log, LogError, type Wakeup, type Watch } from "@sluice/log";
import { checkAppend } from "@sluice/log/engine";

// One JSON text per line. JSON has no Infinity, which a retention may have, and no NaN, which must be refused.
const isOdd = (value: unknown) => typeof value === "number" && !Number.isFinite(value);
const encode = (value: object) =>
  `${JSON.stringify(value, (_, each) => (isOdd(each) ? { odd: String(each) } : each))}\n`;
const decode = (line: string) => JSON.parse(line, (_, each) => (each?.odd ? Number(each.odd) : each));

/** Errors are followed by the connection's end, which says all. */
const linesOf = (socket: Socket): Interface => createInterface(socket.on("error", () => {})).on("error", () => {});

export function serveLog(log: Log): Server {
  return createServer((socket) => {
    const watches = new Map<number, Watch>();
    const methods: Record<string, (...args: never[]) => unknown> = {
      ...(log as object),
      watch(topic: string, number: number) {
        const watch = log.watch(topic, (wakeup) => socket.write(encode({ number, wakeup })));
        watches.set(number, watch);
        return watch.ready;
      },
      stop(number: number) {
        watches.get(number)?.stop();
        watches.delete(number);
      },
    };
    linesOf(socket).on("line", async (line) => {
      const { id, method, args } = decode(line);
      try {
        socket.write(encode({ id, value: await methods[method]?.(...(args as never[])) }));
      } catch (error) {
        const { name, code, message } = error as LogError;
        socket.write(encode({ id, error: { name, code, message } }));
      }
    });
    socket.on("close", () => watches.forEach((watch) => void watch.stop()));
  });
}

const changesNothing = ["findAppend", "open", "watch", "stop"];

export function tcpLog(port: number): Log {
  const waiting = new Map<number, { method: string; resolve(value: never): void; reject(error: Error): void }>();
  const watched = new Map<number, { topic: string; onAppend(wakeup?: Wakeup): void }>();
  const listeners = new Set<(status: "up" | "down") => void>();
  let isUp = false;
  let isClosed = false;
  let last = 0;
  let socket: Socket;

  function call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new LogError("unavailable", "The log's server can't be reached."));
      const id = ++last;
      waiting.set(id, { method, resolve, reject });
      socket.write(encode({ id, method, args }));
    });
  }
  function tell(number: number, wakeup?: Wakeup): void {
    try {
      watched.get(number)?.onAppend(wakeup);
    } catch (error) {
      console.error(error);
    }
  }
  function open(): void {
    socket = connect(port, "127.0.0.1", () => {
      isUp = true;
      for (const listener of listeners) listener("up");
      // Wake-ups were lost meanwhile: everybody reads on.
      for (const [number, { topic }] of watched)
        call("watch", topic, number).then(
          () => tell(number),
          () => {},
        );
    });
    linesOf(socket).on("line", (line) => {
      const { number, wakeup, id, value, error } = decode(line);
      if (number !== undefined) return tell(number, wakeup);
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      const Kind = { RangeError, TypeError }[error?.name as string] ?? Error;
      if (error)
        reject?.(error.name === "LogError" ? new LogError(error.code, error.message) : new Kind(error.message));
      else resolve?.(value as never);
    });
    socket.on("close", () => {
      for (const { method, reject } of waiting.values()) {
        const isKnown = !isUp || changesNothing.includes(method);
        reject(new LogError(isKnown ? "unavailable" : "unknown", "The connection to the log's server was lost."));
      }
      waiting.clear();
      if (isUp) for (const listener of listeners) listener("down");
      isUp = false;
      if (!isClosed) setTimeout(open, 100).unref();
    });
  }

  open();
  return {
    append: async (topic, events, options = {}) => {
      checkAppend(events, options); // a mistake of the caller is told whether the server is there or not
      return call("append", topic, events, options);
    },
    findAppend: (topic, key) => call("findAppend", topic, key),
    open: (topic, options) => call("open", topic, options),
    watch(topic, onAppend) {
      const number = ++last;
      watched.set(number, { topic, onAppend });
      const ready = call<void>("watch", topic, number);
      ready.catch(() => {}); // nobody has to wait for it
      return { ready, stop: () => void (watched.delete(number) && call("stop", number).catch(() => {})) };
    },
    saveSnapshot: (topic, cursor, data) => call("saveSnapshot", topic, cursor, data),
    trim: (topic, upTo) => call("trim", topic, upTo),
    acquire: (topic, request) => call("acquire", topic, request),
    renew: (lease) => call("renew", lease),
    release: (lease) => call("release", lease),
    free: (topic) => call("free", topic),
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      socket.destroy();
    },
  };
}
