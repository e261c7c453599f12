import { memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
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
