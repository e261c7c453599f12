import type { SummedEntry } from "./unmoved.js";

/** Entries that follow each other, as JSON: it has no character that some driver doesn't return, and its texts share no memory once it is parsed. */
export const entriesText = (entries: readonly SummedEntry[]): string => JSON.stringify(flatEntries(entries));

export const entriesOf = (text: string, epoch: string, first: number): SummedEntry[] =>
  unflatEntries(JSON.parse(text) as FlatEntries, epoch, first);

/** Per entry its mark, time, sum, type and data. */
export type FlatEntries = (string | number)[];

export function flatEntries(entries: readonly SummedEntry[]): FlatEntries {
  const flat: FlatEntries = [];
  for (const { entry, sum } of entries) flat.push(entry.cursor.mark, entry.time, sum, entry.type, entry.data);
  return flat;
}

export function unflatEntries(flat: FlatEntries, epoch: string, first: number): SummedEntry[] {
  const entries: SummedEntry[] = [];
  for (let i = 0; i < flat.length; i += 5) {
    const [mark, time, sum] = [flat[i] as string, flat[i + 1] as number, flat[i + 2] as number];
    const cursor = { epoch, offset: first + i / 5, mark };
    entries.push({ entry: { type: flat[i + 3] as string, data: flat[i + 4] as string, cursor, time }, sum });
  }
  return entries;
}
