import { describeLog, type LogSetup } from "@sluice/log/conformance";
import { afterAll } from "vitest";
import { LogProcess } from "../../../test/support/log-in-child.js";
import { newFolder, tinyJournal } from "./harness.test-kit.js";
import type { JournalLimits } from "./journal/limits.js";
import { openLog } from "./open-log.test-kit.js";

const opener = new URL("open-log.test-kit.ts", import.meta.url);

const child = new LogProcess();
afterAll(() => child.kill());

/** A file that two processes have open. Their clocks move together. */
const setup =
  (journal?: JournalLimits): LogSetup =>
  async ({ name: _, ...options }) => {
    const { file, remove } = newFolder();
    const given = { ...options, ...(journal && { journal }), file, now: Date.now() };
    const own = openLog(given);
    const other = await child.open(opener, given);
    return {
      log: own.log,
      peer: other.log,
      async advance(ms) {
        // Watches that were stopped are noted by now.
        await other.log.findAppend("", "");
        await new Promise((resolve) => setTimeout(resolve, 20));
        own.advance(ms);
        await other.advance(ms);
      },
      async close() {
        await Promise.all([own.log.close?.(), other.log.close?.()]);
        remove();
      },
    };
  };

const without = ["failover", "outage"] as const;
describeLog("sqliteLog, with its peer in another process", setup(), { without });
describeLog("sqliteLog with a tiny journal, with its peer in another process", setup(tinyJournal), { without });
