import { defineContract, subscription } from "@sluice/contract";
import { LogError, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { Counters } from "./counters.js";
import { Hub } from "./hub.js";
import { untold } from "./read-log.test-kit.js";
import { ReplayCache } from "./replay-cache.js";

const { ticks } = defineContract({ ticks: subscription({ events: { tick: z.int() } }) });
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const topics = Array.from({ length: 30 }, (_, i) => `ticks/${i}`);

async function followAll() {
  const log = untold(memoryLog());
  const { open } = log;
  const errors: { readonly error: unknown; readonly topic: string }[] = [];
  const hub = new Hub({
    ...{ log, pages: new ReplayCache(65_536), counters: new Counters(), wheel: { now: 0 } },
    onError: (error, topic) => errors.push({ error, topic }),
  });
  for (const topic of topics) await hub.take(topic, ticks).head();
  return {
    errors,
    failWith(error: (topic: string) => Error) {
      log.open = (topic) => Promise.reject(error(topic));
    },
    repair() {
      log.open = open;
    },
    async publishToAll() {
      for (const topic of topics) await log.append(topic, [{ type: "tick", data: "1" }]);
      await turn();
    },
  };
}

it("reports a log that is away once, and not for each topic; when it is away again, again", async () => {
  const { errors, failWith, repair, publishToAll } = await followAll();
  for (const outage of [1, 2]) {
    const away = new LogError("unavailable", `outage ${outage}`);
    failWith(() => away);
    await publishToAll();
    await publishToAll();
    expect(errors).toHaveLength(outage);
    expect(errors.at(-1)).toMatchObject({ error: away, topic: expect.stringMatching(/^ticks/) });
    repair();
    await publishToAll();
  }
  expect(errors).toHaveLength(2);
});

it.each([
  ["an error that is none of the log", Error],
  [
    "what the log says of a topic",
    class extends LogError {
      constructor(topic: string) {
        super("unavailable", `It has lost entries of ${topic}.`);
      }
    },
  ],
])("reports each topic's: %s", async (_what, OfTopic) => {
  const { errors, failWith, publishToAll } = await followAll();
  failWith((topic) => new OfTopic(topic));
  await publishToAll();
  expect(errors.map(({ topic }) => topic)).toEqual(topics);
});
