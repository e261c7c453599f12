import { defineContract, subscription } from "@sluice/contract";
import { shown } from "@sluice/contract/internal";
import { memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createPublisher, createSluice, implement } from "./index.js";
import { partsOf } from "./sluice.js";

const contract = defineContract({ run: subscription({ events: { token: z.string() } }) });
const s = implement(contract);
const router = s.$router({ run: s.run.live() });

type Use = (value: number) => unknown;
const abandonAfter: Use = (value) => s.run.stream(async function* () {}, { resumable: true, abandonAfter: value });
const timeout: Use = (value) => createSluice(router).drain({ timeout: value });
const ofPublisher = (name: string): [string, string, Use] => [
  name,
  "numbers of at least 1",
  (value) => createPublisher(contract, { log: memoryLog(), [name]: value }),
];

describe("an option that is a whole number", () => {
  it.each<[string, string, Use]>([
    ...["maxEventLength", "snapshotEvery"].map(ofPublisher),
    ['abandonAfter of "run"', "milliseconds of at least 0", abandonAfter],
    ["timeout", "milliseconds of at least 0", timeout],
  ])("throws an error that says what is allowed if %s is invalid", async (name, allowed, use) => {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
      const refused = async () => use(value);
      await expect(refused(), `${value}`).rejects.toThrow(`${name} is ${shown(value)}; allowed are whole ${allowed}.`);
    }
  });

  it("does not begin to drain if the drain's timeout is invalid", async () => {
    const sluice = createSluice(router);
    await expect(sluice.drain({ timeout: Number.NaN })).rejects.toThrow(RangeError);
    expect(partsOf(sluice as never).admission.isClosed).toBe(false);
  });
});
