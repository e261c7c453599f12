import { tapped } from "./tapped-body.ts";
import { WireLog } from "./wire-log.ts";

/** A `fetch` that keeps what comes over event streams, and can cut them in mid-air. */
export interface WireTap {
  readonly fetch: typeof fetch;
  /** What came over each stream, by path. The same map until one is added or removed. */
  readonly logs: ReadonlyMap<string, WireLog>;
  /** Drops the TCP connection of every stream that is open or connecting. To the client it is a cut like any other. */
  cut(): void;
}

const eventStream = "text/event-stream";

export function createWireTap(): WireTap {
  const open = new Set<AbortController>();
  let logs: ReadonlyMap<string, WireLog> = new Map();

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
    cut() {
      for (const cut of open) cut.abort();
    },
    async fetch(resource, init) {
      const cut = new AbortController();
      const letGo = init?.signal;
      const signal = letGo ? AbortSignal.any([letGo, cut.signal]) : cut.signal;
      // From before there is an answer, so that what is still connecting can be cut, too.
      if (new Headers(init?.headers).get("accept") === eventStream) open.add(cut);
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

const pathOf = (resource: RequestInfo | URL) =>
  new URL(resource instanceof Request ? resource.url : resource, location.href).pathname.replace(/^\/api\//, "");
