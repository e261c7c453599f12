import type { Log } from "@sluice/log";
import { orUnavailable } from "../control/or-unavailable.js";
import type { Stopped } from "../publish/topic-handle.js";
import { logged } from "../topic/entry.js";
import { endUnheld } from "./end-unheld.js";
import { decodeRecord } from "./record.js";

/**
 * Stops a topic's run, on whatever server it runs: that server aborts the generator's signal, and ends the run if it does
 * not end by itself. A run whose server is gone ends at once. Into a topic without a run it writes nothing. PROTOCOL §9.4.
 *
 * @throws SluiceError `unavailable` if the store can't be reached.
 */
export const stopRun = (log: Log, topic: string): Promise<Stopped> =>
  orUnavailable(stop(log, topic), "The run may not have been told, because the log can't be reached; repeat the call");

async function stop(log: Log, topic: string): Promise<Stopped> {
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
