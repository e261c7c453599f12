import { defineContract, subscription } from "@sluice/contract";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { encodeEvent } from "../publish/encode-event.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { readLog } from "../topic/read-log.test-kit.js";
import { TopicStates } from "../topic/topic-states.js";
import { SourceLease } from "./source-lease.js";
import { SourceLog } from "./source-log.js";

const events = { tick: z.string() };
const contract = defineContract({
  ticks: subscription({ events }),
  board: subscription({
    events,
    state: { schema: z.int(), initial: 0, version: 2, apply: { tick: (count) => count + 1 } },
  }),
});

/** The log of a source that has begun, and whose next append the store doesn't answer. */
async function begin(path: keyof typeof contract, happens: boolean) {
  const log = memoryLog();
  let failing = false;
  const append: Log["append"] = async (...args) => {
    if (!failing) return log.append(...args);
    failing = false;
    if (happens) await log.append(...args);
    throw new LogError("unknown", "no answer");
  };
  const linked: Log = { ...log, append };
  const parts = {
    log: linked,
    wheel: new TimerWheel(new ManualClock()),
    states: new TopicStates(linked),
    maxEventLength: 1_000,
    catchUpEvents: 1_000,
    report: () => {},
  };
  const procedure = contract[path];
  const request = { procedure, topic: path, start: async function* () {} };
  const sourceLog = new SourceLog(parts, request, new SourceLease(linked, path));
  const start = (await log.open(path, { from: { last: 0 }, limit: 0 })).page.head;
  expect(await sourceLog.begin(start)).toBe("begun");
  failing = true;
  const tick = (data: string) => encodeEvent(procedure, { type: "tick", data }, 1_000);
  const others = (...data: string[]) =>
    log.append(
      path,
      data.map((each) => tick(each).logged),
    );
  const ticks = async () => {
    const page = await readLog(log, path, "oldest");
    return page.ok ? page.entries.filter(({ type }) => type === "tick").map(({ data }) => JSON.parse(data)) : [];
  };
  return { sourceLog, tick, others, ticks };
}

it.each(["ticks", "board"] as const)(
  "an equal event of a publisher elsewhere isn't taken for an unanswered one of the source of %s",
  async (path) => {
    const { sourceLog, tick, others, ticks } = await begin(path, false);
    const event = tick("a");
    await expect(sourceLog.append(event)).rejects.toMatchObject({ code: "unknown" });
    await others("other", "a");
    await sourceLog.append(event);
    expect(await ticks()).toEqual(["other", "a", "a"]);
  },
);

it.each(["ticks", "board"] as const)(
  "an unanswered event of the source of %s that was appended isn't appended again, whoever publishes its equal",
  async (path) => {
    const { sourceLog, tick, others, ticks } = await begin(path, true);
    const event = tick("a");
    await expect(sourceLog.append(event)).rejects.toMatchObject({ code: "unknown" });
    await others("other", "a");
    await sourceLog.append(event);
    await sourceLog.append(tick("a"));
    expect(await ticks()).toEqual(["a", "other", "a", "a"]);
  },
);
