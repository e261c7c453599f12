import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { posts } from "./events.js";
import { inLanes, itAlone } from "./in-lanes.js";
import { Raw } from "./raw.js";
import { open } from "./reader.js";
import { untilStalled } from "./stalled.js";
import { eventually, turns } from "./within.js";
import { startWorld, type TokenSource, type World } from "./world.js";

const ways: [string, (raw: Raw) => void][] = [
  ["ends its side", (raw) => void raw.socket.end()],
  ["closes the connection", (raw) => void raw.socket.destroy()],
  ["resets the connection", (raw) => void raw.socket.resetAndDestroy()],
];

/** Everything that a stream could leave behind. */
const expectNothingLeft = (world: World) =>
  eventually(() => {
    const { parts, log, clock } = world;
    expect([parts.admission.streams.size, log.watchers, clock.timers]).toEqual([0, 0, 0]);
  });

const get = (world: World, path: string) =>
  inLanes && world.lanes.has(path)
    ? postBody(world, "$streams", { subscriptions: [{ path }] })
    : new Raw(world.port, true).ask("GET", `${world.base}/${path}`);

const post = (world: World, path: string, input: unknown) =>
  inLanes && world.lanes.has(path)
    ? postBody(world, "$streams", { subscriptions: [{ path, input }] })
    : postBody(world, path, { input });

const postBody = (world: World, path: string, value: unknown) => {
  const body = JSON.stringify(value);
  const headers = ["Host: localhost", "Content-Type: application/json", `Content-Length: ${body.length}`];
  return new Raw(world.port, true).send(`POST ${world.base}/${path} HTTP/1.1`, ...headers, "", body);
};

/** A promise that the test settles. */
function signal() {
  let fire: () => void = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire };
}

describeAdapters("a client that leaves", (adapter) => {
  itAlone.each(ways)(
    "leaves no stream that waited behind another on its connection, if it %s (PROTOCOL §2.5)",
    async (_way, leave) => {
      const world = await startWorld(adapter);
      const raw = get(world, "feed/head").ask("GET", `${world.base}/feed/filtered`);
      await eventually(() => expect(raw.text).toContain("$live"));
      leave(raw);
      await expectNothingLeft(world);
    },
  );

  inEachWay("frees a live stream", async (leave) => {
    const world = await startWorld(adapter);
    for (const ask of [() => get(world, "feed/head"), () => post(world, "feed/posted", null)]) {
      const raw = ask();
      await raw.until((text) => text.includes("$live"));
      expect([world.parts.admission.streams.size, world.log.watchers]).toEqual([1, 1]);
      leave(raw);
      await expectNothingLeft(world);
    }
    await world.topic(world.contract.feed.head).publish(posts(1));
  });

  inEachWayAlone("aborts a generator's signal and runs its finally", async (leave) => {
    for (const path of ["bot/once", "bot/prompt"]) {
      const { fired, fire } = signal();
      let finished = false;
      const world = await startWorld(adapter, {
        async *tokens({ signal }) {
          try {
            yield { type: "token", data: "a" };
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            yield { type: "token", data: "nobody gets this" };
          } finally {
            finished = true;
            fire();
          }
        },
      });
      const raw = path === "bot/once" ? get(world, path) : post(world, path, { prompt: "x" });
      await raw.until((text) => text.includes("token"));
      leave(raw);
      await fired;
      await expectNothingLeft(world);
      expect(finished).toBe(true);
    }
  });

  itAlone("does not get a generator's later error: the server's onError does", async () => {
    const thrown = new Error("could not clean up");
    const world = await startWorld(adapter, {
      async *tokens({ signal }) {
        yield { type: "token", data: "a" };
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(thrown)));
      },
    });
    const raw = get(world, "bot/once");
    await raw.until((text) => text.includes("token"));
    raw.socket.destroy();
    await eventually(() => expect(world.reports).toMatchObject([{ error: thrown, path: "bot/once" }]));
    await expectNothingLeft(world);
  });

  itAlone("is no error to a generator whose wait is aborted", async () => {
    const { fired, fire } = signal();
    const world = await startWorld(adapter, {
      async *tokens({ signal }) {
        yield { type: "token", data: "a" };
        await sleep(60_000, undefined, { signal }).finally(fire);
      },
    });
    const raw = get(world, "bot/once");
    await raw.until((text) => text.includes("token"));
    raw.socket.destroy();
    await fired;
    await expectNothingLeft(world);
    expect(world.reports).toEqual([]);
  });

  inEachWayAlone("while a generator waits for a full socket, stops it", async (leave) => {
    for (const path of ["bot/once", "bot/prompt"]) {
      const { fired, fire } = signal();
      const world = await startWorld(adapter, {
        async *tokens() {
          try {
            for (;;) yield { type: "token", data: "x".repeat(100_000) };
          } finally {
            fire();
          }
        },
      });
      const raw = path === "bot/once" ? get(world, path) : post(world, path, { prompt: "x" });
      raw.socket.pause();
      await untilStalled(world);
      leave(raw);
      // A runtime may not tell that a client ended its side while bytes wait.
      if (!adapter.ownsSocket) world.clock.advance(world.parts.streams.stallTimeout);
      await fired;
      await expectNothingLeft(world);
    }
  });

  inEachWay("while the middleware runs, opens nothing", async (leave) => {
    const { fired: reached, fire: reach } = signal();
    let runs = 0;
    const world = await startWorld(adapter, {
      gate: (gone) => {
        reach();
        return new Promise((resolve) => gone.addEventListener("abort", () => resolve()));
      },
      async *tokens() {
        runs++;
        yield* [];
      },
    });
    for (const path of ["feed/head", "bot/once"]) {
      const raw = get(world, path);
      await reached;
      leave(raw);
    }
    await expectNothingLeft(world);
    expect([runs, world.reports]).toEqual([0, []]);
  });

  inEachWay("while its snapshot is made, leaves nothing behind", async (leave) => {
    const { fired: asked, fire: ask } = signal();
    const { fired: made, fire: make } = signal();
    const world = await startWorld(adapter, {
      counter: async () => {
        ask();
        await made;
        return { state: { sum: 0, last: 0 }, cursor };
      },
    });
    const { cursor } = await world.topic(world.contract.own.counter).publish({ type: "add", data: 1 });
    const raw = get(world, "own/counter");
    await asked;
    leave(raw);
    await expectNothingLeft(world);
    make();
    await turns();
    await expectNothingLeft(world);
    expect(world.reports).toEqual([]);
  });

  itAlone("does not hold up a generator that yields without end (PROTOCOL §4.4)", async () => {
    const { fired, fire } = signal();
    const world = await startWorld(adapter, {
      async *tokens() {
        try {
          for (;;) {
            yield { type: "token", data: "a" };
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          fire();
        }
      },
    });
    const reader = await (await open(world, "bot/once")).received(3);
    reader.destroy();
    await fired;
    await expectNothingLeft(world);
  });

  itAlone("doesn't end the process when the generator's return throws (PROTOCOL §3)", async () => {
    const { fired, fire } = signal();
    const tokens: TokenSource = () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ value: { type: "token", data: "a" }, done: false }),
        return: () => {
          fire();
          throw new Error("no way back");
        },
      }),
    });
    const world = await startWorld(adapter, { tokens });
    const reader = await open(world, "bot/once");
    reader.pause();
    await untilStalled(world);
    reader.destroy();
    await fired;
    await expectNothingLeft(world);
  });
});

function inEachWay(title: string, run: (leave: (raw: Raw) => void) => Promise<void>, test = it): void {
  test.each(ways)(`and %s, ${title} (PROTOCOL §4.4)`, (_what, leave) => run(leave));
}

function inEachWayAlone(title: string, run: (leave: (raw: Raw) => void) => Promise<void>): void {
  inEachWay(title, run, itAlone);
}
