import { expect, it } from "vitest";
import { mintEpoch } from "./epoch.js";

it("mints epochs that are short, fit into a header and never repeat", () => {
  const epochs = Array.from({ length: 10_000 }, mintEpoch);
  for (const epoch of epochs) expect(epoch).toMatch(/^[0-9a-v]{13}$/);
  expect(new Set(epochs).size).toBe(epochs.length);
});
