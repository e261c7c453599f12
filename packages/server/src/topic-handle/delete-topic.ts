import type { Log } from "@sluice/log";
import { orUnavailable } from "../control/or-unavailable.js";

/** Frees a topic; see `Topic.delete`. One that is empty already stays as it is: its subscribers need no reset. */
export const deleteTopic = (log: Log, topic: string): Promise<void> =>
  orUnavailable(freeWritten(log, topic), "The log can't be reached, so the topic may not be deleted");

async function freeWritten(log: Log, topic: string): Promise<void> {
  const { page } = await log.open(topic, { from: { last: 0 }, limit: 0 });
  if (page.head.offset > 0 || page.record !== undefined) await log.free(topic);
}
