/** Changes with the tables. A file of another version is refused. */
export const schemaVersion = 3;

/**
 * The names have a prefix, because a file may have tables of others.
 *
 * - `sluice_journal`: what transactions appended, one row each, as JSON (`journal/journal-row.ts`), and which topics they changed otherwise.
 *   Entries and keys are moved from here to their tables, those of a topic together. Rows are deleted when nothing of them is needed.
 * - `sluice_topic`: all as it was when the row was written. What the journal has after `head`, which is an entry's offset, goes on from there. `mark`
 *   and `sum`, the bytes of all entries up to it, are that entry's. Entries and keys up to `moved` are in their tables, those after it in the journal.
 *   `before` is the place before the oldest entry there is; segments that end at `floor` or before are deleted, those up to `before` are not yet.
 *   `oldest` (at most that), `first_key` and `last_key` are times; `saved` is the snapshot's offset.
 * - `sluice_segment`: entries that were moved together and follow each other, from `first` to `last`, as JSON (`journal/entries-text.ts`).
 * - `sluice_keys`: idempotency keys that were moved together, as JSON (`topic/key-table.ts`); `sluice_key_hash` says which row has the key with a
 *   hash. They are forgotten by turns: when a turn is full, or its first key is too old, the next one begins, and the keys of the turn before are not
 *   needed any more. `keys`, `first_key` are of the turn that goes on; turns before `key_floor` are deleted, and those after `moved_turn` have no keys
 *   in the tables.
 * - `sluice_freed`: topics whose segments are still to be deleted. Their ids are never used again.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS sluice_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_journal (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sluice_topic (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,
  head INTEGER NOT NULL, mark TEXT NOT NULL, sum INTEGER NOT NULL, moved INTEGER NOT NULL,
  before INTEGER NOT NULL, before_mark TEXT NOT NULL, before_sum INTEGER NOT NULL,
  floor INTEGER NOT NULL, floor_sum INTEGER NOT NULL, oldest INTEGER, quiet INTEGER NOT NULL, used INTEGER NOT NULL,
  keys INTEGER NOT NULL, first_key INTEGER, last_key INTEGER,
  turn INTEGER NOT NULL, moved_turn INTEGER NOT NULL, key_floor INTEGER NOT NULL,
  stateful INTEGER NOT NULL, saved INTEGER, record TEXT, ttl TEXT, retain TEXT,
  token INTEGER NOT NULL, ends INTEGER NOT NULL, holder_low INTEGER NOT NULL, holder_high INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sluice_unwritten ON sluice_topic (used) WHERE head = 0;
CREATE TABLE IF NOT EXISTS sluice_segment (
  topic INTEGER NOT NULL, last INTEGER NOT NULL, first INTEGER NOT NULL, epoch TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (topic, last)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_snapshot (
  topic INTEGER PRIMARY KEY, off INTEGER NOT NULL, mark TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sluice_keys (
  topic INTEGER NOT NULL, turn INTEGER NOT NULL, last INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (topic, turn, last)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_key_hash (
  topic INTEGER NOT NULL, turn INTEGER NOT NULL, hash INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY (topic, turn, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_process (
  id TEXT PRIMARY KEY, port INTEGER NOT NULL, alive INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_watch (
  topic TEXT NOT NULL, process TEXT NOT NULL, PRIMARY KEY (topic, process)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_freed (id INTEGER PRIMARY KEY);
`;
