import type { LogSetupOptions } from "@sluice/log/conformance";
import { retained } from "../store.js";

const day = 24 * 3_600_000;

/** Ages are far beyond a run, however fast its clock is. */
export const engineOptions: LogSetupOptions = {
  retain: { ...retained, age: day },
  dedupe: { age: day },
};
