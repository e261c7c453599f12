import { memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { adapters, describeAdapters } from "./adapters.js";
import { open } from "./reader.js";
import { startWorld } from "./world.js";

const entries = [
  { type: "post", data: '{"n":2}' },
  { type: "later", data: "1" },
  { type: "constructor", data: "1" },
  { type: "post", data: '{"n":"two"}' },
  { type: "post", data: '{"n":4}' },
];

describeAdapters("events of a newer contract in the log", (adapter) => {
  it("are sent unchanged if nothing inspects them: the client decides (PROTOCOL §12)", async () => {
    const log = memoryLog();
    const world = await startWorld(adapter, { log });
    await log.append("feed/oldest", entries);
    const reader = await (await open(world, "feed/oldest")).live();
    expect(reader.events.map(({ type, data }) => ({ type, data }))).toEqual(entries);
  });

  it("are withheld if there is a filter, and end no stream (PROTOCOL §12)", async () => {
    const log = memoryLog();
    const world = await startWorld(adapter, { log });
    const reader = await (await open(world, "feed/filtered")).live();
    await log.append("feed/filtered", entries);
    expect((await reader.received(2)).data).toEqual([{ n: 2 }, { n: 4 }]);
    const late = await (await open(world, "feed/filtered")).live();
    expect(late.data).toEqual([{ n: 2 }, { n: 4 }]);
  });
});

describe("events of a newer contract in the log, in this process", () => {
  const adapter = adapters[0] as (typeof adapters)[0];
  const context = { user: null };

  it("are skipped without state (PROTOCOL §12)", async () => {
    const log = memoryLog();
    const { sluice, contract } = await startWorld(adapter, { log });
    await log.append("feed/oldest", entries);
    const seen: number[] = [];
    for await (const { data } of sluice.subscribe(contract.feed.oldest, undefined, { context })) {
      seen.push(data.n);
      if (data.n === 4) break;
    }
    expect(seen).toEqual([2, 4]);
  });

  it("throw unavailable with state (PROTOCOL §12)", async () => {
    const log = memoryLog();
    const { sluice, contract } = await startWorld(adapter, { log });
    const topic = 'scores/watch?{"matchId":"m1"}';
    const reading = (async () => {
      const onSnapshot = () => void log.append(topic, entries, { stateful: true });
      for await (const _ of sluice.subscribe(contract.scores.watch, { matchId: "m1" }, { context, onSnapshot }));
    })();
    await expect(reading).rejects.toMatchObject({ code: "unavailable" });
  });
});
