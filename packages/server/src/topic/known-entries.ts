import { type AnySubscription, stateVersionOf } from "@sluice/contract";
import type { LogEntry, ReadPage } from "@sluice/log";
import { isLast, versionEntry } from "./entry.js";

/**
 * Index of the first entry that this contract can't have folded: an event that it doesn't know, or the word that a newer contract
 * is published by from there on. -1 if there is none, or no state. By types alone: data is looked at where it is folded.
 */
export function firstUnknown(procedure: AnySubscription, entries: readonly LogEntry[]): number {
  if (!procedure.state) return -1;
  const { events } = procedure;
  for (const [index, entry] of entries.entries()) {
    if (isLast(entry)) return -1;
    const { type } = entry;
    if (type.charCodeAt(0) !== 36 /* $ */ ? !Object.hasOwn(events, type) : isNewer(procedure, entry)) return index;
  }
  return -1;
}

const isNewer = (procedure: AnySubscription, entry: LogEntry): boolean =>
  (versionEntry.read(entry) ?? 1) > stateVersionOf(procedure);

/** What of a page stands before one of its entries, which isn't the first. */
export function pageBefore({ entries }: Pick<ReadPage, "entries">, index: number): Pick<ReadPage, "entries" | "end"> {
  const before = entries.slice(0, index);
  return { entries: before, end: (before.at(-1) as LogEntry).position };
}
