import { describe, it } from "vitest";
import { appendAfterCases } from "./conformance/append-after.js";
import { appendLeaseCases } from "./conformance/append-lease.js";
import { appendRetainCases } from "./conformance/append-retain.js";
import { batchCases } from "./conformance/batches.js";
import { closeCases } from "./conformance/close.js";
import { dedupeCases } from "./conformance/dedupe.js";
import { failoverCases } from "./conformance/failover.js";
import { freeCases } from "./conformance/free.js";
import { leaseCases } from "./conformance/lease.js";
import { type LogAbility, type LogCase, type LogSetup, runLogCase } from "./conformance/log-case.js";
import { openCases } from "./conformance/open.js";
import { orderCases } from "./conformance/order.js";
import { outageCases } from "./conformance/outage.js";
import { randomCases } from "./conformance/random.js";
import { readCases } from "./conformance/read.js";
import { recordCases } from "./conformance/record.js";
import { resumeCases } from "./conformance/resume.js";
import { retentionCases } from "./conformance/retention.js";
import { snapshotCases } from "./conformance/snapshot.js";
import { stateTtlCases } from "./conformance/state-ttl.js";
import { statefulCases } from "./conformance/stateful.js";
import { trimCases } from "./conformance/trim.js";
import { ttlCases } from "./conformance/ttl.js";
import { wakeupCases } from "./conformance/wakeups.js";
import { watchCases } from "./conformance/watch.js";

export type {
  LogAbility,
  LogCase,
  LogCaseContext,
  LogHarness,
  LogSetup,
  LogSetupOptions,
} from "./conformance/log-case.js";
export { runLogCase } from "./conformance/log-case.js";

/** One named case for each promise of the port. */
export const logCases: readonly LogCase[] = [
  ...orderCases,
  ...batchCases,
  ...readCases,
  ...resumeCases,
  ...failoverCases,
  ...trimCases,
  ...retentionCases,
  ...appendRetainCases,
  ...statefulCases,
  ...stateTtlCases,
  ...snapshotCases,
  ...openCases,
  ...dedupeCases,
  ...appendAfterCases,
  ...leaseCases,
  ...appendLeaseCases,
  ...recordCases,
  ...ttlCases,
  ...freeCases,
  ...watchCases,
  ...wakeupCases,
  ...outageCases,
  ...closeCases,
  ...randomCases,
];

export interface DescribeLogOptions {
  /** Runs the cases at the same time. Useful where `advance` really waits. Default: `false`. */
  readonly concurrent?: boolean;
  /** Abilities that the harness doesn't have, as another one of the same engine has them: cases that need them are left out. */
  readonly without?: readonly LogAbility[];
}

/**
 * Registers the suite that every engine must pass, as vitest tests. If the harness lacks an ability that a case needs (move the
 * clock, fail over, be cut off), the case is reported as skipped, with the reason.
 *
 * @example
 * ```ts
 * describeLog("memoryLog", async (options) => {
 *   let now = Date.now();
 *   const log = memoryLog({ ...options, now: () => now });
 *   return {
 *     log,
 *     async advance(ms) {
 *       now += ms;
 *     },
 *   };
 * });
 * ```
 */
export function describeLog(
  name: string,
  setup: LogSetup,
  { concurrent = false, without = [] }: DescribeLogOptions = {},
): void {
  const each = concurrent ? it.concurrent : it;
  describe(name, () => {
    for (const logCase of logCases) {
      if (logCase.needs?.some((ability) => without.includes(ability))) continue;
      each(logCase.name, async ({ skip }) => {
        const lacking = await runLogCase(logCase, setup);
        if (lacking) skip(`the harness of ${name} has no ${lacking}`);
      });
    }
  });
}
