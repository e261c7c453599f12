import { tapped } from "./tapped-body.ts";
import { WireLog } from "./wire-log.ts";

/** A `fetch` that keeps what comes over event streams, and can cut them in mid-air. */
export interface WireTap {
  readonly fetch: typeof fetch;
  /** What came over each stream, by path. The same map until one is added or removed. */
  readonly logs: ReadonlyMap<string, WireLog>;
  /** Until when streams that ask are refused, in milliseconds since the Unix epoch; 0 if they aren't. */
  readonly cutUntil: number;
  /**
   * Drops the TCP connection of every stream that is open or connecting. To the client it is a cut like any other.
   *
   * @param stay milliseconds for which no stream gets through, as in a tunnel. Default: 0, each may come back at once.
   */
  cut(stay?: number): void;
}

const eventStream = "text/event-stream";

export function createWireTap(): WireTap {
  const open = new Set<AbortController>();
  let logs: ReadonlyMap<string, WireLog> = new Map();
  let cutUntil = 0;

  /** What is over stays in sight until another page opens a stream of its own. */
  const logOf = (path: string) => {
    const log = logs.get(path) ?? new WireLog();
    logs = new Map([...[...logs].filter(([other, { isOver }]) => other !== path && !isOver), [path, log]]);
    return log;
  };

  return {
    get logs() {
      return logs;
    },
    get cutUntil() {
      return Date.now() < cutUntil ? cutUntil : 0;
    },
    cut(stay = 0) {
      cutUntil = Math.max(cutUntil, Date.now() + stay);
      for (const cut of open) cut.abort();
    },
    async fetch(resource, init) {
      const isStream = new Headers(init?.headers).get("accept") === eventStream;
      // What `fetch` says of a network that is not there.
      if (isStream && Date.now() < cutUntil) throw new TypeError("The connection is cut");
      const cut = new AbortController();
      const letGo = init?.signal;
      const signal = letGo ? either(letGo, cut.signal) : cut.signal;
      // From before there is an answer, so that what is still connecting can be cut, too.
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
      log.opened();
      const body = tapped(response.body, {
        chunk: (bytes) => log.push(bytes),
        closed(how) {
          open.delete(cut);
          log.closed(cut.signal.aborted ? "cut here" : letGo?.aborted ? "let go" : how);
          // The page has no more use for it; there's nothing to come back to.
          if (letGo?.aborted && !log.isOpen && !log.isOver)
            logs = new Map([...logs].filter(([, kept]) => kept !== log));
        },
      });
      return new Response(body, response);
    },
  };
}

/**
 * As `AbortSignal.any`, but by listeners: a signal of `any` that only a fetch holds is collected by WebKit, and then nothing
 * aborts the fetch.
 */
function either(...signals: readonly AbortSignal[]): AbortSignal {
  const both = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener("abort", () => both.abort(signal.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}

const pathOf = (resource: RequestInfo | URL) =>
  new URL(resource instanceof Request ? resource.url : resource, location.href).pathname.replace(/^\/api\//, "");
