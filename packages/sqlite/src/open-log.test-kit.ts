import { driver } from "./drivers.test-kit.js";
import type { SqliteLogOptions } from "./options.js";
import { sqliteLog } from "./sqlite-log.js";

export interface FileOptions extends Omit<SqliteLogOptions, "file" | "database" | "now"> {
  readonly file: string;
  /** What the clock says until it is moved. Default: the real one. */
  readonly now?: number;
}

/** For processes of their own (`test/support/log-in-child.ts`): a log on a file, by the driver that this Node has. */
export function openLog({ file, now, ...options }: FileOptions) {
  let time = now;
  const clock = time === undefined ? {} : { now: () => time as number };
  return {
    log: sqliteLog({ ...options, ...clock, database: driver.open(file) }),
    advance(ms: number) {
      if (time !== undefined) time += ms;
    },
  };
}
