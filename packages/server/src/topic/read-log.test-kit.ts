import type { Cursor, Log, Opened, ReadFrom } from "@sluice/log";

type Page = Opened["page"];

/** The page of entries after a cursor. */
export async function readLog(log: Log, topic: string, from: ReadFrom, limit = 1_000): Promise<Page> {
  return (await log.open(topic, { from, limit })).page;
}

/** The cursor of a topic's head. */
export async function headOf(log: Log, topic: string): Promise<Cursor> {
  return (await readLog(log, topic, { last: 0 }, 0)).head;
}

/** A log whose wake-ups carry no entries, so that tails read it. */
export const untold = (log: Log): Log => ({
  ...log,
  watch: (topic, onAppend) => log.watch(topic, () => onAppend()),
});
