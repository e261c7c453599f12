import type { memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { runHeavy, runModel } from "./run.js";
import type { Sabotage } from "./sabotage.js";

type Log = ReturnType<typeof memoryLog>;

/** Defects, and what the model says of them. */
const defects: readonly (readonly [string, RegExp, Sabotage])[] = [
  [
    "a log that loses an entry when it is read",
    /was told \d+ at \S+ after \S+, and that is not what follows/,
    {
      log: (log: Log): Log => ({
        ...log,
        async read(topic, from, limit) {
          const page = await log.read(topic, from, limit);
          if (!page.ok || page.entries.length < 3) return page;
          return { ...page, entries: page.entries.toSpliced(1, 1) };
        },
      }),
    },
  ],
  [
    "a log that goes on after a gap as if there were none",
    /not what follows|passes over what it should have been told|, where it is/,
    {
      log: (log: Log): Log => ({
        ...log,
        async read(topic, from, limit) {
          const page = await log.read(topic, from, limit);
          return page.ok ? page : log.read(topic, "oldest", limit);
        },
      }),
    },
  ],
  [
    "a log that takes a retried append for a new one",
    /is at \S+ and at|was answered/,
    {
      log: (log: Log): Log => ({
        ...log,
        append: (topic, events, { idempotencyKey: _, ...options } = {}) => log.append(topic, events, options),
      }),
    },
  ],
  [
    "a log that accepts the places of a lost tail",
    /not what follows|passes over/,
    {
      log: (log: Log): Log => ({
        ...log,
        async read(topic, from, limit) {
          const page = await log.read(topic, from, limit);
          if (page.ok || page.reason !== "diverged" || typeof from !== "object" || !("offset" in from)) return page;
          const all = await log.read(topic, "oldest", 1_000);
          if (!all.ok) return page;
          const entries = all.entries.filter(({ position }) => position.offset > from.offset);
          return { ...all, entries, end: entries.at(-1)?.position ?? from };
        },
      }),
    },
  ],
  [
    "ids that are lost on the way",
    /not what follows|a \$snapshot without a \$reset|passes over|was told \d+, where \d+ follows/,
    {
      network: (fetch) => (address, init) => {
        const headers = new Headers(init?.headers);
        headers.delete("last-event-id");
        return fetch(address, { ...init, headers });
      },
    },
  ],
  [
    "a client that forgets its cursor",
    /came again without the cursor/,
    {
      client: (fetch) => (address, init) => {
        const headers = new Headers(init?.headers);
        headers.delete("last-event-id");
        return fetch(address, { ...init, headers });
      },
    },
  ],
  [
    "a client that comes again after an end",
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
    "a server that goes on watching a topic that nobody reads",
    /nothing is held/,
    {
      log: (log: Log): Log => ({
        ...log,
        watch(topic, onAppend) {
          log.watch(topic, onAppend);
          return () => {};
        },
      }),
    },
  ],
];

/** The first run that a defect makes fail. */
async function firstComplaint(run: typeof runModel, sabotage: Sabotage): Promise<string> {
  for (let seed = 1; seed <= 40; seed++) {
    try {
      await run(seed, sabotage);
    } catch (error) {
      return `${seed}: ${(error as Error).message}`;
    }
  }
  return "no run failed";
}

describe("the model finds", () => {
  it.each(defects)(
    "%s",
    async (_what, complaint, sabotage) => {
      expect(await firstComplaint(runModel, sabotage)).toMatch(complaint);
    },
    60_000,
  );

  it("a server that writes to who doesn't read", async () => {
    const deaf: Sabotage = {
      socket(socket) {
        const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
        socket.write = (...args: unknown[]) => {
          write(...args);
          return true;
        };
      },
    };
    expect(await firstComplaint(runHeavy, deaf)).toMatch(/bytes wait for one reader/);
  }, 60_000);
});
