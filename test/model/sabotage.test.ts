import type { AnySubscription } from "@sluice/contract";
import type { memoryLog, Topic } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { openBeside, reading } from "../../packages/log/src/broken-engines/broken.js";
import type { SluiceParts } from "../../packages/server/src/assemble.js";
import type { RunRequest } from "../../packages/server/src/runs/run-request.js";
import { readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { credentialsHeader, credentialsIn } from "./access.js";
import { initial } from "./digest.js";
import { complaints } from "./find-defect.js";
import { runKills } from "./kill/run-kills.js";
import { acceptingLostTails, keyless, rerunning } from "./log-defects.js";
import { runHeavy, runModel } from "./run.js";
import type { Sabotage } from "./sabotage.js";

type Log = ReturnType<typeof memoryLog>;

/** Gives a topic's next life the last saved state of the previous one, even of a lost log. */
function keepStates(): (log: Log) => Log {
  const states = new Map<string, string>();
  return (log) => ({
    ...log,
    open: openBeside(
      (...args) => readLog(log, ...args),
      async (topic) => {
        const { snapshot, page } = await log.open(topic, { from: "snapshot", limit: 0 });
        const data = states.get(topic);
        if (snapshot || data === undefined) return snapshot;
        return { cursor: { epoch: page.head.epoch, offset: 0, mark: "0" }, data };
      },
    ),
    saveSnapshot(topic, cursor, data) {
      states.set(topic, data);
      return log.saveSnapshot(topic, cursor, data);
    },
  });
}

/** A server that changes its subscribers' requests for runs. */
const asking = (change: Partial<RunRequest>) => (parts: SluiceParts) => {
  const { runs } = parts;
  const attach = runs.attach.bind(runs);
  runs.attach = (request, ...rest) => attach({ ...request, ...change }, ...rest);
};

/** Requests lose the cursors in their header, or in the list of a multiplexed stream. */
const withoutCursors = (fetch: typeof globalThis.fetch) => (address: RequestInfo | URL, init?: RequestInit) => {
  const headers = new Headers(init?.headers);
  headers.delete("last-event-id");
  const { body } = init ?? {};
  const isListed = typeof body === "string" && body.includes('"subscriptions"');
  const list = isListed && JSON.parse(body).subscriptions.map(({ cursor: _, ...each }: { cursor?: string }) => each);
  return fetch(address, { ...init, headers, ...(list ? { body: JSON.stringify({ subscriptions: list }) } : {}) });
};

const isTallied = (topic: string) => topic.startsWith("bot/tally");
/** Appends events that a publish must refuse, because it doesn't check whether the JSON reads back. */
const appendingAnyway: NonNullable<Sabotage["topic"]> =
  (topic, log) =>
  (procedure: AnySubscription, input?: unknown): Topic<AnySubscription> => ({
    ...topic(procedure, input),
    async publish(events, options) {
      try {
        return await topic(procedure, input).publish(events, options);
      } catch {
        const name = input ? `${procedure.path}?${JSON.stringify(input)}` : procedure.path;
        const all = [events].flat() as readonly { readonly type: string; readonly data: unknown }[];
        const encoded = all.map(({ type, data }) => ({ type, data: JSON.stringify(data) }));
        await log.append(name, encoded, { stateful: procedure.state !== undefined });
        return { cursor: "e.1.m", duplicate: false };
      }
    },
  });

/** Defects, and the model's complaint about each. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "a log that loses an entry when it is read",
    /was told \d+ at \S+ after \S+, and that is not what follows|has the state \S+ at \S+, where it is/,
    {
      log: (log: Log): Log => ({
        ...log,
        ...reading(log, async (topic, from, limit) => {
          const page = await readLog(log, topic, from, limit);
          if (!page.ok || page.entries.length < 3) return page;
          return { ...page, entries: page.entries.toSpliced(1, 1) };
        }),
      }),
    },
  ],
  [
    "a log that continues after a gap without reporting it",
    /not what follows|passes over what it should have been told|, where it is/,
    {
      log: (log: Log): Log => ({
        ...log,
        ...reading(log, async (topic, from, limit) => {
          const page = await readLog(log, topic, from, limit);
          const rest = page.ok ? page : await readLog(log, topic, "oldest", limit);
          // An empty page that ends elsewhere than it started would be requested endlessly.
          return rest.ok && rest.entries.length > 0 ? rest : page;
        }),
      }),
    },
  ],
  ["a log that appends a retry again", /is at \S+ and at|was answered/, { log: keyless }],
  ["a log that accepts the cursors of a lost tail", /not what follows|passes over/, { log: acceptingLostTails }],
  [
    "a server that appends events that don't read back",
    /was taken, and does not read back|ended with contractMismatch|passes over/,
    { topic: appendingAnyway as never },
  ],
  ["a log that forgets a topic, and not its state", /has the state \S+ at \S+, where it is/, { log: keepStates() }],
  [
    "a server that frees state that has subscribers",
    /was forgotten while \S+ was subscribed to it/,
    {
      log: (log: Log): Log => ({
        ...log,
        watch(_topic, onAppend) {
          const asking = setInterval(onAppend, 5);
          return { ready: Promise.resolve(), stop: () => clearInterval(asking) };
        },
      }),
    },
  ],
  [
    "ids that are lost in the network",
    /not what follows|a \$snapshot without a \$reset|passes over|was told \d+, where \d+ follows/,
    {
      network: withoutCursors,
    },
  ],
  [
    "a client that forgets its cursor",
    /came again without the cursor/,
    {
      client: withoutCursors,
    },
  ],
  [
    "a client that reconnects after an end",
    /came again after its end/,
    {
      client: (fetch) => async (address, init) => {
        const response = await fetch(address, init);
        const again = () => void fetch(address, { ...init, signal: null }).catch(() => {});
        const text = new TextDecoder();
        const watching = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            controller.enqueue(chunk);
            if (text.decode(chunk).includes("id: $end")) setImmediate(again);
          },
        });
        return new Response(response.body?.pipeThrough(watching) ?? null, response);
      },
    },
  ],
  [
    "a disconnect that forgets one connection",
    /goes on after/,
    {
      parts({ admission: { streams: connections } }) {
        const all = () => Set.prototype.values.call(connections);
        connections[Symbol.iterator] = () => [...all()].slice(1).values();
      },
    },
  ],
  [
    "a server that sends an event after a revocation",
    /was handed \S+ at \S+ after its end/,
    {
      socket(socket) {
        const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
        let event: unknown;
        socket.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
          const text = Buffer.from(chunk as string).toString();
          const written = write(chunk, ...rest);
          if (/^[\da-f]+\r\nid: .*\nevent: item/.test(text)) event = chunk;
          if (text.includes("was revoked") && event !== undefined) setImmediate(() => write(event));
          return written;
        };
      },
    },
  ],
  [
    "a server that overlooks an expired authorisation",
    /after its authorisation had expired/,
    {
      parts({ wheel }) {
        Object.defineProperty(wheel, "time", { get: () => 0 });
      },
    },
  ],
  [
    "a server that doesn't count streams",
    /streams, where \d may be/,
    {
      parts({ admission: { clients } }) {
        clients.get = () => undefined;
      },
    },
  ],
  [
    "a server that never frees a client's place",
    /was refused beside|nothing is held/,
    {
      parts({ admission: { clients } }) {
        clients.delete = () => false;
      },
    },
  ],
  [
    "a client that gives up after one refusal",
    /is at \S+; it is at/,
    {
      client(fetch) {
        let refused = false;
        return async (address, init) => {
          if (refused) return new Promise(() => {});
          const response = await fetch(address, init);
          refused = response.status === 429 || response.status === 503;
          return response;
        };
      },
    },
  ],
  [
    "a generator that is run again by another server",
    /ran a second time|its first events are gone/,
    { log: rerunning },
  ],
  [
    "a server that starts a run again for a client that has lost one",
    /was begun more often/,
    { parts: asking({ mayStart: true }) },
  ],
  [
    "a server that gives a run to a client with another input",
    /of another prompt/,
    { parts: asking({ input: "all the same" }) },
  ],
  [
    "a run that outgrows its log without saving its state",
    // Otherwise it waits for a reader that never catches up.
    /has the state \S+ at \S+, where it is|until no generator runs/,
    {
      log: (log: Log): Log => ({
        ...log,
        append: (topic, events, options) =>
          log.append(topic, events, isTallied(topic) ? { ...options, stateful: false } : options),
        // It counts as saved, and the entries that it covers are dropped: the state begins with the remaining ones.
        saveSnapshot: (topic, ...rest) => (isTallied(topic) ? Promise.resolve(true) : log.saveSnapshot(topic, ...rest)),
        open: openBeside(
          (...args) => readLog(log, ...args),
          async (topic) => {
            if (!isTallied(topic)) return (await log.open(topic, { from: "snapshot", limit: 0 })).snapshot;
            const page = await readLog(log, topic, "oldest", 0);
            return page.ok ? { cursor: page.end, data: JSON.stringify(initial) } : undefined;
          },
        ),
      }),
    },
  ],
  [
    "a server that never abandons a run",
    /no generator runs/,
    {
      parts({ wheel }) {
        const schedule = wheel.schedule.bind(wheel);
        wheel.schedule = (due, ms) => void ("attachElsewhere" in due || schedule(due, ms));
      },
    },
  ],
  [
    "a server that keeps watching a topic without readers",
    /nothing is held/,
    {
      log: (log: Log): Log => ({
        ...log,
        watch(topic, onAppend) {
          return { ready: log.watch(topic, onAppend).ready, stop() {} };
        },
      }),
    },
  ],
];

/** A network that withholds frames. */
const withholding = (path: string, frames: RegExp): Sabotage => ({
  network: (fetch) => async (address, init) => {
    const response = await fetch(address, init);
    if (!String(address).includes(path)) return response;
    const decoder = new TextDecoder();
    const keeping = new TransformStream<Uint8Array, string>({
      transform(chunk, controller) {
        controller.enqueue(decoder.decode(chunk, { stream: true }).replace(frames, ""));
      },
    });
    const body = response.body?.pipeThrough(keeping).pipeThrough(new TextEncoderStream());
    return new Response(body ?? null, response);
  },
});

const defectsOfKilled: typeof defects = [
  [
    "a gateway that considers every session newly issued",
    /was told .* where it asked after its credentials were revoked/,
    {
      network: (fetch) => (address, init) => {
        const headers = new Headers(init?.headers);
        const credentials = { ...credentialsIn(Object.fromEntries(headers)), issued: Number.MAX_SAFE_INTEGER };
        headers.set(credentialsHeader, JSON.stringify(credentials));
        return fetch(address, { ...init, headers });
      },
    },
  ],
  [
    "a network that withholds resets",
    /without a \$reset|not what follows|passes over/,
    withholding("", /event: (\d+\/)?\$reset\ndata: .*\n\n/),
  ],
  [
    "a finished run whose client hangs",
    /until #\d+ \(bot\/run .* is at/,
    withholding("bot/run", /id: \$end\nevent: \$error\ndata: .*"gap".*\n\n/),
  ],
];

describe("the model finds", () => {
  it.each(defects)(
    "%s",
    async (_what, complaint, sabotage) => {
      expect((await complaints(runModel, sabotage, complaint)).at(-1)).toMatch(complaint);
    },
    240_000,
  );

  it.each(defectsOfKilled)(
    "%s, where servers die",
    async (_what, complaint, sabotage) => {
      expect((await complaints(runKills, sabotage, complaint)).at(-1)).toMatch(complaint);
    },
    240_000,
  );

  it("a server that keeps writing to a reader that doesn't read", async () => {
    const deaf: Sabotage = {
      socket(socket) {
        const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
        socket.write = (...args: unknown[]) => {
          write(...args);
          return true;
        };
      },
    };
    const deserved = /bytes wait for one reader/;
    expect((await complaints(runHeavy, deaf, deserved)).at(-1)).toMatch(deserved);
  }, 240_000);
});
