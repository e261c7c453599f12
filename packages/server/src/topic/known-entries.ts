import type { AnySubscription } from "@sluice/contract";
import { stateVersionOf } from "@sluice/contract/internal";
import type { LogEntry, ReadPage } from "@sluice/log";
import { isLast, versionEntry } from "./entry.js";

/** Each subscriber that catches up looks up each entry: a set takes a third of the time of a lookup in the contract. */
const typesOf = new WeakMap<AnySubscription, ReadonlySet<string>>();

function knownTypes(procedure: AnySubscription): ReadonlySet<string> {
  const known = typesOf.get(procedure) ?? new Set(Object.keys(procedure.events));
  typesOf.set(procedure, known);
  return known;
}

/**
 * Index of the first entry that this contract cannot fold: an unknown event, or a newer state version. -1 if there is
 * none, or the contract has no state. Only types are compared: data is checked by the fold.
 */
export function firstUnknown(procedure: AnySubscription, entries: readonly LogEntry[]): number {
  if (!procedure.state) return -1;
  const known = knownTypes(procedure);
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as LogEntry;
    if (known.has(entry.type)) continue;
    if (isLast(entry)) return -1;
    if (entry.type.charCodeAt(0) !== 36 /* $ */ || isNewer(procedure, entry)) return index;
  }
  return -1;
}

/** Whether an entry says that the topic has a newer version than this contract. */
export const isNewer = (procedure: AnySubscription, entry: LogEntry): boolean =>
  (versionEntry.read(entry) ?? 1) > stateVersionOf(procedure);

/** The part of a page before one of its entries, which must not be the first. */
export function pageBefore({ entries }: Pick<ReadPage, "entries">, index: number): Pick<ReadPage, "entries" | "end"> {
  const before = entries.slice(0, index);
  return { entries: before, end: (before.at(-1) as LogEntry).cursor };
}
