import { driver } from "./drivers.test-kit.js";
import type { JournalLimits } from "./journal/limits.js";
import type { SqliteLogOptions } from "./options.js";
import { openSqliteLog } from "./sqlite-log.js";

export interface FileOptions extends Omit<SqliteLogOptions, "file" | "database" | "now"> {
  readonly file: string;
  readonly journal?: JournalLimits;
  /** What the clock says until it is moved. Default: the real one. */
  readonly now?: number;
}

/** For processes of their own (`test/support/log-in-child.ts`): a log on a file, by the driver that this Node has. */
export function openLog({ file, journal, now, ...options }: FileOptions) {
  let time = now;
  const clock = time === undefined ? {} : { now: () => time as number };
  return {
    log: openSqliteLog({ ...options, ...clock, database: driver.open(file) }, journal),
    advance(ms: number) {
      if (time !== undefined) time += ms;
    },
  };
}
