import { describe, expect, it } from "vitest";
import { brokenEngines } from "./broken-engines.js";
import { describeLog, type LogSetup, logCases, runLogCase } from "./conformance.js";
import { openMemoryHarness } from "./memory-harness.js";

describeLog("memoryLog", openMemoryHarness);
describeLog("memoryLog, its cases side by side", openMemoryHarness, { concurrent: true });

/** The names of the cases that fail. */
async function failing(names: readonly string[], setup: LogSetup): Promise<string[]> {
  const chosen = logCases.filter((logCase) => names.includes(logCase.name));
  const outcomes = await Promise.allSettled(chosen.map((logCase) => runLogCase(logCase, setup)));
  return chosen.flatMap((logCase, i) => (outcomes[i]?.status === "rejected" ? [logCase.name] : []));
}

describe("describeLog fails an engine that", () => {
  for (const { name, setup, caughtBy } of brokenEngines) {
    it.concurrent(name, async () => {
      expect((await failing(caughtBy, setup)).toSorted()).toEqual(caughtBy.toSorted());
    });
  }
});

describe("the conformance suite", () => {
  it("has a broken engine for every case", () => {
    const proven = new Set(brokenEngines.flatMap((engine) => engine.caughtBy));
    expect(logCases.map((logCase) => logCase.name).filter((name) => !proven.has(name))).toEqual([]);
  });

  it("has unique case names", () => {
    expect(new Set(logCases.map((logCase) => logCase.name)).size).toBe(logCases.length);
  });

  it("finds every ability in the memory harness", async () => {
    const harness = await openMemoryHarness();
    for (const ability of logCases.flatMap((logCase) => logCase.needs ?? [])) expect(harness).toHaveProperty(ability);
  });

  it("says which ability a harness lacks instead of running the case", async () => {
    const bare: LogSetup = async () => ({ log: (await openMemoryHarness()).log });
    for (const logCase of logCases.filter(({ needs }) => needs)) {
      expect(await runLogCase(logCase, bare)).toBe(logCase.needs?.[0]);
    }
  });

  it("closes the harness after a case, passed or failed", async () => {
    let closed = 0;
    const setup: LogSetup = async () => ({
      ...(await openMemoryHarness()),
      async close() {
        closed += 1;
      },
    });
    await runLogCase({ name: "passes", run: async () => {} }, setup);
    const fails = { name: "fails", run: () => Promise.reject(new Error("failed")) };
    await expect(runLogCase(fails, setup)).rejects.toThrow("failed");
    expect(closed).toBe(2);
  });
});
