import { describe, expect, it, vi } from "vitest";
import { headOf } from "../conformance/helpers.js";
import { memoryLog } from "../memory.js";

/** The module, evaluated again, as by a bundler or a reload. */
async function evaluateAnew(): Promise<typeof memoryLog> {
  vi.resetModules();
  return (await import("../memory.js")).memoryLog;
}

describe("memoryLog({ name })", () => {
  it("is one log, however often the package is loaded", async () => {
    const other = await evaluateAnew();
    expect(other).not.toBe(memoryLog);
    const [here, there] = [memoryLog({ name: "shared" }), other({ name: "shared" })];
    const { cursor } = await here.append("a", [{ type: "t", data: "1" }]);
    expect(await headOf(there, "a")).toEqual(cursor);
    let calls = 0;
    there.watch("a", () => calls++);
    await here.append("a", [{ type: "t", data: "2" }]);
    expect(calls).toBe(1);
  });

  it("is a separate log for another name, and without a name", async () => {
    const logs = [memoryLog({ name: "one" }), memoryLog({ name: "two" }), memoryLog(), memoryLog()];
    expect(new Set(logs).size).toBe(4);
  });

  it("accepts options in another order and a new clock as the same options", () => {
    const make = (dedupe: object) =>
      memoryLog({
        name: "same",
        now: () => 1,
        idle: Number.POSITIVE_INFINITY,
        dedupe,
        retain: { events: 1 },
      });
    expect(make({ age: 1, keys: 2 })).toBe(make({ keys: 2, age: 1 }));
  });

  it.each([
    ["retain", { retain: { events: 6 } }],
    ["dedupe", { retain: { events: 5 }, dedupe: { keys: 1 } }],
    ["idle", { retain: { events: 5 }, idle: 7 }],
    ["nothing", {}],
    ["a clock", { retain: { events: 5 }, now: () => 1 }],
  ])("refuses other options for the same name, which would count for nothing: %s", (what, options) => {
    const name = `different in ${what}`;
    const log = memoryLog({ name, retain: { events: 5 } });
    expect(() => memoryLog({ name, ...options })).toThrow(
      `memoryLog: the log "${name}" was made with the options {"name":"${name}","retain":{"events":5}}; got {`,
    );
    expect(memoryLog({ name, retain: { events: 5 } })).toBe(log);
  });

  it("refuses wrong options even if a log of this name exists", () => {
    memoryLog({ name: "strict" });
    expect(() => memoryLog({ name: "strict", idle: -1 })).toThrow("idle must be");
  });
});
