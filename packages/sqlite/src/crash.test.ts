import { expect, it } from "vitest";
import { buildWriter, killWriters } from "./crash.test-kit.js";

const seeds = process.env["SLUICE_LONG_FAULTS"] ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1];
const times = 20;

it(`kill -9 takes nothing that was acknowledged, and leaves nothing torn, ${seeds.length * times} times`, {
  timeout: 60_000 * seeds.length,
}, async () => {
  const writer = await buildWriter();
  for (const seed of seeds) expect((await killWriters(writer, times, seed)).acknowledged).toBeGreaterThan(20);
});
