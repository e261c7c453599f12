import { defineContract, subscription } from "@sluice/contract";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createPublisher, createSluice, implement } from "../index.js";
import { eventually } from "../test-kit/eventually.test-kit.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";
import { readLog } from "../topic/read-log.test-kit.js";

const events = { post: z.string() };
const contract = defineContract({
  room: subscription({ input: z.object({ id: z.string() }), events }),
  run: subscription({ input: z.object({ id: z.string() }), events }),
});
const a = { id: "a" };

function serve(log: Log) {
  const s = implement(contract).$context<{ tags: readonly string[] }>();
  const run = s.run.stream(
    async function* ({ signal }) {
      yield { type: "post", data: "x" };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    { resumable: true },
  );
  const sluice = createSluice(s.$router({ room: s.room.live(), run }), { log });
  /** Subscribes, and tells how that ended. */
  const read = (procedure: typeof contract.room, id: string, tag = "none") => {
    const ended = (async () => {
      for await (const _ of subscribe(sluice, procedure, { id }, { context: { tags: [tag] } }));
      return "end";
    })().catch(({ code }) => code);
    let end: unknown;
    void ended.then((how) => (end = how));
    return { ended, end: () => end };
  };
  const open = (count: number) => eventually(() => expect(sluice.stats().topics).toBe(count));
  return { ...sluice, read, open };
}

describe("a topic's disconnect()", () => {
  it("ends its streams, of all servers or with a tag, and no others", async () => {
    const log = memoryLog();
    const [one, two] = [serve(log), serve(log)];
    const readers = [
      one.read(contract.room, "a"),
      two.read(contract.room, "a"),
      two.read(contract.room, "a", "ann"),
      two.read(contract.room, "b", "ann"),
    ];
    await Promise.all([one.open(1), two.open(2)]);
    expect(await one.topic(contract.room, a).disconnect({ tag: "ann", reason: "unauthorized" })).toEqual({ ended: 0 });
    expect(readers.map(({ end }) => end())).toEqual([undefined, undefined, "unauthorized", undefined]);
    expect(await one.topic(contract.room, a).disconnect()).toEqual({ ended: 1 });
    expect(readers.map(({ end }) => end())).toEqual(["forbidden", "forbidden", "unauthorized", undefined]);
    // Also from a process that serves nobody.
    const worker = createPublisher(contract, { log });
    expect(await worker.topic(contract.room, { id: "b" }).disconnect({ tag: "ann" })).toEqual({ ended: 0 });
    expect(await readers[3]?.ended).toBe("forbidden");
  });

  it.each<[string, object, string]>([
    ["an unknown option", { path: "room" }, "disconnect: path is not a known option; known options are tag, reason."],
    ["a wrong reason", { reason: "x" }, 'disconnect: reason is "x"; allowed are "forbidden", "unauthorized".'],
    ["a tag that is no string", { tag: 5 }, "disconnect: tag is 5; allowed is a string."],
  ])("refuses %s, and tells nobody", async (_what, options, message) => {
    const log = memoryLog();
    for (const { topic } of [serve(log), createPublisher(contract, { log })]) {
      await expect(topic(contract.room, a).disconnect(options)).rejects.toThrow(message);
      await expect(topic(contract.room, {} as never).disconnect()).rejects.toMatchObject({ code: "badRequest" });
    }
    expect(await readLog(log, "$control", "oldest")).toMatchObject({ entries: [] });
  });
});

describe("a topic's stop()", () => {
  it.each(["another server", "a publisher"])("stops its run from %s", async (where) => {
    const log = memoryLog();
    const one = serve(log);
    const reader = one.read(contract.run, "a");
    await one.open(1);
    const { topic } = where === "a publisher" ? createPublisher(contract, { log }) : serve(log);
    await eventually(async () => expect(await topic(contract.run, a).stop()).toEqual({ stopped: true }));
    expect(await reader.ended).toBe("end");
    expect(await topic(contract.run, a).stop()).toEqual({ stopped: false });
  });

  it("refuses a procedure without a resumable generator, and an invalid input", async () => {
    const { topic } = serve(memoryLog());
    await expect(topic(contract.room, a).stop()).rejects.toThrow(
      'stop() takes procedures with a resumable generator; "room" has none.',
    );
    await expect(topic(contract.run, {} as never).stop()).rejects.toMatchObject({ code: "badRequest" });
  });

  it("fails as unavailable if the log can't be reached", async () => {
    const log = memoryLog();
    const away: Log["open"] = () => Promise.reject(new LogError("unavailable", "away"));
    const { topic } = createPublisher(contract, { log: { ...log, open: away } });
    await expect(topic(contract.run, a).stop()).rejects.toMatchObject({
      ...{ name: "SluiceError", code: "unavailable", retryable: true },
    });
  });
});
