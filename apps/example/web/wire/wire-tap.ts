import { tapped } from "./tapped-body.ts";
import { WireLog } from "./wire-log.ts";

export interface WireFigures {
  /** Event streams that are open now. */
  readonly connections: number;
  /** Subscriptions that they carry. */
  readonly lanes: number;
  /** Events received, on these and earlier streams. */
  readonly events: number;
  /** Bytes received, likewise. */
  readonly bytes: number;
  /** Names of the servers that the open streams come from, as the header `x-served-by` of their responses says. */
  readonly servers: readonly string[];
}

/** A `fetch` that records event streams and can cut them. */
export interface WireTap {
  readonly fetch: typeof fetch;
  /** The log of each stream, by path. The same map until one is added or removed. */
  readonly logs: ReadonlyMap<string, WireLog>;
  /** What all streams cost, now and so far. The same object as long as nothing has changed. */
  readonly figures: WireFigures;
  /** End of the current cut, in milliseconds since the Unix epoch; 0 if there is none. New streams fail until then. */
  readonly cutUntil: number;
  /**
   * Drops the TCP connection of every stream that is open or connecting. To the client this is an ordinary cut.
   *
   * @param duration milliseconds for which no stream can be opened, as in a tunnel. Default: 0.
   */
  cut(duration?: number): void;
}

const eventStream = "text/event-stream";

export function createWireTap(): WireTap {
  const open = new Set<AbortController>();
  let streams = 0;
  const servedBy = new Map<object, string>();
  let logs: ReadonlyMap<string, WireLog> = new Map();
  let cutUntil = 0;
  let figures: WireFigures = { connections: 0, lanes: 0, events: 0, bytes: 0, servers: [] };

  function count(events: number, bytes: number): void {
    const lanes = [...logs.values()].reduce((sum, log) => sum + log.lanes, 0);
    const servers = [...new Set(servedBy.values())].sort();
    figures = { connections: streams, lanes, events: figures.events + events, bytes: figures.bytes + bytes, servers };
  }

  /** The logs of finished streams stay visible until another page opens a stream. */
  const logOf = (path: string) => {
    const log = logs.get(path) ?? new WireLog();
    logs = new Map([...[...logs].filter(([other, { isOver }]) => other !== path && !isOver), [path, log]]);
    return log;
  };

  return {
    get logs() {
      return logs;
    },
    get figures() {
      return figures;
    },
    get cutUntil() {
      return Date.now() < cutUntil ? cutUntil : 0;
    },
    cut(duration = 0) {
      cutUntil = Math.max(cutUntil, Date.now() + duration);
      for (const cut of open) cut.abort();
    },
    async fetch(resource, init) {
      const isStream = new Headers(init?.headers).get("accept") === eventStream;
      // The error of `fetch` without a network.
      if (isStream && Date.now() < cutUntil) throw new TypeError("The connection is cut");
      const cut = new AbortController();
      const pageSignal = init?.signal;
      const signal = pageSignal ? anySignal(pageSignal, cut.signal) : cut.signal;
      // Registered before there is a response, so that a connecting stream can be cut, too.
      if (isStream) open.add(cut);
      const response = await fetch(resource, { ...init, signal }).catch((error: unknown) => {
        open.delete(cut);
        throw error;
      });
      if (!response.body || !response.headers.get("content-type")?.startsWith(eventStream)) {
        open.delete(cut);
        return response;
      }

      const path = pathOf(resource);
      const log = logOf(path);
      const stream = log.opened();
      streams++;
      const server = response.headers.get("x-served-by");
      if (server) servedBy.set(stream, server);
      count(0, 0);
      const body = tapped(response.body, {
        chunk(bytes) {
          const before = stream.events;
          stream.push(bytes);
          count(stream.events - before, bytes.length);
        },
        closed(how) {
          open.delete(cut);
          streams--;
          servedBy.delete(stream);
          stream.closed(cut.signal.aborted ? "cut here" : pageSignal?.aborted ? "closed" : how);
          // The page no longer needs the stream, so it will not be reopened.
          if (pageSignal?.aborted && !log.isOpen && !log.isOver)
            logs = new Map([...logs].filter(([, kept]) => kept !== log));
          count(0, 0);
        },
      });
      return new Response(body, response);
    },
  };
}

/**
 * Like `AbortSignal.any`, but with listeners: WebKit garbage-collects an `any` signal that only a fetch holds, and
 * then nothing aborts the fetch.
 */
function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const both = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener("abort", () => both.abort(signal.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}

const pathOf = (resource: RequestInfo | URL) =>
  new URL(resource instanceof Request ? resource.url : resource, location.href).pathname.replace(/^\/api\//, "");
