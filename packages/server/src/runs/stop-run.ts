import type { Log } from "@sluice/log";
import { logged } from "../topic/entry.js";
import { endUnheld } from "./end-unheld.js";
import { decodeRecord } from "./record.js";

export interface Stopped {
  /** Whether the topic had a run that was not over. */
  readonly stopped: boolean;
}

/**
 * Stops a topic's run, on whatever server it runs: that server aborts the generator's signal, and ends the run if it does
 * not end by itself. A run whose server is gone ends at once. Into a topic without a run it writes nothing. PROTOCOL §9.4.
 */
export async function stopRun(log: Log, topic: string): Promise<Stopped> {
  let { page } = await log.open(topic, { from: { last: 0 }, limit: 0 });
  for (;;) {
    const record = decodeRecord(page.record);
    if (!record || record.end) return { stopped: false };
    const answer = await endUnheld(log, topic, { record, head: page.head }, logged.stopped);
    if (answer.ok) return { stopped: !answer.duplicate };
    if (answer.reason === "leased") break;
    page = answer.since;
  }
  const { epoch } = page.head;
  await log.append(topic, [logged.stop(epoch)], { idempotencyKey: logged.stopKey(epoch) });
  return { stopped: true };
}
