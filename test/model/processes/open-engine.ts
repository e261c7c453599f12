import type { Log } from "@sluice/server";
import { openTestLog } from "../../../packages/redis/src/open-test-log.test-kit.js";
import { driver } from "../../../packages/sqlite/src/drivers.test-kit.js";
import { sqliteLog } from "../../../packages/sqlite/src/sqlite-log.js";
import { scaledClock } from "../scaled-clock.js";
import { engineOptions } from "./engine-options.js";

/** Where an engine is, for another process. */
export type EngineAddress =
  | { readonly kind: "redis"; readonly url: string; readonly prefix: string }
  | { readonly kind: "sqlite"; readonly file: string };

export interface OpenedEngine {
  readonly log: Log;
  readonly status: "up" | "down";
}

/** Opens a log of its own. */
export function openEngine(address: EngineAddress): OpenedEngine {
  if (address.kind === "sqlite") {
    const { now } = scaledClock;
    return { log: sqliteLog({ ...engineOptions, now, database: driver.open(address.file) }), status: "up" };
  }
  const { log } = openTestLog({ ...address, options: engineOptions });
  return {
    log,
    get status() {
      return log.status;
    },
  };
}
