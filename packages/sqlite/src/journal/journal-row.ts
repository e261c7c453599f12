import { type FlatEntries, flatEntries, unflatEntries } from "./entries-text.js";
import type { RememberedKey, SummedEntry } from "./unmoved.js";

/** What a transaction appended to one topic. */
export interface TopicAppends {
  readonly id: number;
  readonly name: string;
  readonly entries: readonly SummedEntry[];
  readonly keys: readonly RememberedKey[];
}

/** What the journal says of one transaction. */
export interface JournalRow {
  readonly appends: readonly TopicAppends[];
  /** Names of topics whose rows in the file changed. */
  readonly changed: readonly string[];
  /** Names of further topics whose watchers are told. */
  readonly told: readonly string[];
}

/** Of a key: its text, turn and time, and with which of the entries it came. */
type FlatKeys = (string | number)[];
type Group = [id: number, name: string, epoch: string, first: number, entries: FlatEntries, keys: FlatKeys];
type Stored = [groups: Group[], changed: readonly string[], told: readonly string[]];

export const rowText = ({ appends, changed, told }: JournalRow): string =>
  JSON.stringify([appends.map(groupOf), changed, told] satisfies Stored);

export function rowOf(text: string): JournalRow {
  const [groups, changed, told] = JSON.parse(text) as Stored;
  return { appends: groups.map(appendsOf), changed, told };
}

function groupOf({ id, name, entries, keys }: TopicAppends): Group {
  const { epoch = "", offset = 0 } = entries[0]?.entry.cursor ?? {};
  const flat: FlatKeys = [];
  for (const { key, turn, time, cursor } of keys) flat.push(key, turn, time, cursor.offset - offset);
  return [id, name, epoch, offset, flatEntries(entries), flat];
}

function appendsOf([id, name, epoch, first, flatOfEntries, flat]: Group): TopicAppends {
  const entries = unflatEntries(flatOfEntries, epoch, first);
  const keys: RememberedKey[] = [];
  for (let i = 0; i < flat.length; i += 4) {
    const cursor = entries[flat[i + 3] as number]?.entry.cursor;
    if (!cursor) throw new Error(`the journal has a key of topic ${id} without its entry`);
    keys.push({ key: flat[i] as string, turn: flat[i + 1] as number, time: flat[i + 2] as number, cursor });
  }
  return { id, name, entries, keys };
}
