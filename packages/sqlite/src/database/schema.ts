/** Changes with the tables. A file of another version is refused. */
export const schemaVersion = 2;

/**
 * The names have a prefix, because a file may have tables of others.
 *
 * - `sluice_topic`: `head` is the last entry's offset, or that of an earlier one, with its `mark` and the bytes of all entries up to it (`sum`). `before` is the
 *   place before the oldest entry there is; entries up to `floor` are deleted, those between are not yet. `oldest` (at most that), `first_key` and
 *   `last_key` are times; `saved` is the snapshot's offset.
 * - `sluice_key`: idempotency keys. They are forgotten by turns: when a turn is full, or its first key is too old, the next one begins, and the
 *   keys of the turn before are not needed any more. So they need no second index. `keys`, `first_key` are of the turn that goes on;
 *   turns before `key_floor` are deleted.
 * - `sluice_change`: which topics a transaction changed, for other processes. Only while there are some; the newest are kept.
 * - `sluice_freed`: topics whose entries are still to be deleted. Their ids are never used again.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS sluice_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_topic (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,
  head INTEGER NOT NULL, mark TEXT NOT NULL, sum INTEGER NOT NULL,
  before INTEGER NOT NULL, before_mark TEXT NOT NULL, before_sum INTEGER NOT NULL,
  floor INTEGER NOT NULL, floor_sum INTEGER NOT NULL, oldest INTEGER, quiet INTEGER NOT NULL, used INTEGER NOT NULL,
  keys INTEGER NOT NULL, first_key INTEGER, last_key INTEGER, turn INTEGER NOT NULL, key_floor INTEGER NOT NULL,
  stateful INTEGER NOT NULL, saved INTEGER, record TEXT, ttl TEXT, retain TEXT,
  token INTEGER NOT NULL, ends INTEGER NOT NULL, holder_low INTEGER NOT NULL, holder_high INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sluice_unwritten ON sluice_topic (used) WHERE head = 0;
CREATE TABLE IF NOT EXISTS sluice_entry (
  topic INTEGER NOT NULL, off INTEGER NOT NULL, mark TEXT NOT NULL, time INTEGER NOT NULL, sum INTEGER NOT NULL,
  type TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (topic, off)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_snapshot (
  topic INTEGER PRIMARY KEY, off INTEGER NOT NULL, mark TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sluice_key (
  topic INTEGER NOT NULL, key TEXT NOT NULL, turn INTEGER NOT NULL,
  off INTEGER NOT NULL, mark TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (topic, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_change (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, names TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sluice_process (
  id TEXT PRIMARY KEY, port INTEGER NOT NULL, alive INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_watch (
  topic TEXT NOT NULL, process TEXT NOT NULL, PRIMARY KEY (topic, process)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sluice_freed (id INTEGER PRIMARY KEY);
`;
