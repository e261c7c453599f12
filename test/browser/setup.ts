import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { encodeFrame, type Frame } from "@sluice/contract/wire";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of the browser tests' counting server. */
    counterUrl: string;
  }
}

/** Events per second, and how they are distributed. */
const every = 10;
const perTick = 50;

/** The server's data for one counter. Its log is the numbers 1, 2, 3, … */
interface Counter {
  value: number;
  opened: number;
  isForbidden: boolean;
  readonly streams: Set<ServerResponse>;
}

/**
 * A server in the wire format, for pages of another origin. `/api/counter` streams the counter that the input names;
 * `POST /control/…?name=` cuts its streams, ends them, forbids new ones, adds with or without a word, or sends a burst,
 * and answers with its numbers.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const counters = new Map<string, Counter>();
  const counterOf = (name: string) => {
    const counter = counters.get(name) ?? {
      value: 0,
      opened: 0,
      isForbidden: false,
      streams: new Set<ServerResponse>(),
    };
    counters.set(name, counter);
    return counter;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://local");
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") response.end();
    else if (url.pathname === "/api/counter") void open(counterOf, url, request, response);
    else control(counterOf(url.searchParams.get("name") ?? ""), url, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  project.provide("counterUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
}

const at = (offset: number) => `E.${offset}.${offset === 0 ? "0" : `m${offset}`}`;
const count = (value: number): Frame => ({ kind: "event", type: "count", data: String(value), id: at(value) });

/** A subscription's request, by GET or POST. */
async function ask(url: URL, request: IncomingMessage): Promise<{ input: string; cursor: string }> {
  if (request.method === "POST") return (await json(request)) as { input: string; cursor: string };
  const input = JSON.parse(url.searchParams.get("input") ?? "") as string;
  return { input, cursor: String(request.headers["last-event-id"]) };
}

async function open(
  counterOf: (name: string) => Counter,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { input, cursor } = await ask(url, request);
  const counter = counterOf(input);
  counter.opened++;
  if (counter.isForbidden) {
    response.writeHead(403, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: "Forbidden", status: 403, code: "forbidden" }));
    return;
  }
  counter.streams.add(response);
  response.on("close", () => counter.streams.delete(response));
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" });
  const resumed = /^E\.(\d+)/.exec(cursor)?.[1];
  const frames: Frame[] = [{ kind: "open", stream: "live", heartbeat: 15_000, resumable: true }];
  if (resumed === undefined) {
    frames.push({ kind: "snapshot", data: String(counter.value), id: at(counter.value) });
  } else {
    for (let value = Number(resumed) + 1; value <= counter.value; value++) frames.push(count(value));
  }
  frames.push({ kind: "live", id: at(counter.value) });
  response.write(frames.map(encodeFrame).join(""));
}

function control(counter: Counter, url: URL, response: ServerResponse): void {
  const tell = (frames: readonly Frame[]) => {
    const text = frames.map(encodeFrame).join("");
    for (const stream of counter.streams) stream.write(text);
  };
  const add = (events: number) => tell(Array.from({ length: events }, () => count(++counter.value)));
  switch (url.pathname) {
    case "/control/add":
      add(Number(url.searchParams.get("events")));
      break;
    case "/control/burst": {
      let left = Number(url.searchParams.get("events"));
      const timer = setInterval(() => {
        add(Math.min(perTick, left));
        left -= perTick;
        if (left <= 0) clearInterval(timer);
      }, every);
      break;
    }
    case "/control/add-silently":
      counter.value += Number(url.searchParams.get("events"));
      break;
    case "/control/forbid":
    case "/control/allow":
      counter.isForbidden = url.pathname === "/control/forbid";
      break;
    case "/control/cut":
      for (const stream of counter.streams) stream.end();
      break;
    case "/control/end":
      tell([{ kind: "end" }]);
      for (const stream of counter.streams) stream.end();
      break;
  }
  response.end(JSON.stringify({ opened: counter.opened, streams: counter.streams.size, value: counter.value }));
}
