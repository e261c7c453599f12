import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";

/** The statements about topics. */
export type Tables = ReturnType<typeof prepareTables>;

const head = "head, mark, sum, oldest, quiet";
const keys = "keys, first_key, last_key, turn, key_floor";
const rest = "before, before_mark, before_sum, floor, floor_sum, used";
const cold = "stateful, saved, record, ttl, retain, token, ends, holder_low, holder_high";
const set = (columns: string) => columns.replaceAll(/\w+/g, (column) => `${column} = ?`);

export function prepareTables(database: SqliteDatabase) {
  const sql = (text: string): Statement => prepare(database, text);
  return {
    topic: sql("SELECT * FROM sluice_topic WHERE name = ?"),
    topicsAfter: sql("SELECT id, name FROM sluice_topic WHERE id > ? ORDER BY id LIMIT ?"),
    addTopic: sql(`INSERT INTO sluice_topic
      (name, epoch, head, mark, sum, before, before_mark, before_sum, floor, floor_sum, quiet, used,
       keys, turn, key_floor, stateful, token, ends, holder_low, holder_high)
      VALUES (?, ?, 0, '0', 0, 0, '0', 0, 0, 0, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0)`),
    /** What all appends change, what some do, and what few do: each value that is bound costs. */
    setHead: sql(`UPDATE sluice_topic SET ${set(head)} WHERE id = ?`),
    setHeadAndKeys: sql(`UPDATE sluice_topic SET ${set(`${head}, ${keys}`)} WHERE id = ?`),
    setRest: sql(`UPDATE sluice_topic SET ${set(rest)} WHERE id = ?`),
    setCold: sql(`UPDATE sluice_topic SET ${set(cold)} WHERE id = ?`),
    dropTopic: sql("DELETE FROM sluice_topic WHERE id = ?"),

    addEntry: sql("INSERT INTO sluice_entry (topic, off, mark, time, sum, type, data) VALUES (?, ?, ?, ?, ?, ?, ?)"),
    entries: sql(
      "SELECT off, mark, time, type, data FROM sluice_entry WHERE topic = ? AND off > ? AND off <= ? ORDER BY off",
    ),
    lastEntry: sql("SELECT off, mark, sum, time FROM sluice_entry WHERE topic = ? ORDER BY off DESC LIMIT 1"),
    place: sql("SELECT mark, time, sum FROM sluice_entry WHERE topic = ? AND off = ?"),
    dropEntries: sql("DELETE FROM sluice_entry WHERE topic = ? AND off <= ?"),

    snapshot: sql("SELECT off, mark, data FROM sluice_snapshot WHERE topic = ?"),
    setSnapshot: sql("INSERT OR REPLACE INTO sluice_snapshot (topic, off, mark, data) VALUES (?, ?, ?, ?)"),
    dropSnapshot: sql("DELETE FROM sluice_snapshot WHERE topic = ?"),

    key: sql("SELECT turn, off, mark, time FROM sluice_key WHERE topic = ? AND key = ?"),
    /** Changes a row if there is one, and nothing of it: to ask for rows costs some drivers twice as much. */
    probeKey: sql("UPDATE sluice_key SET time = time WHERE topic = ? AND key = ?"),
    addKey: sql("INSERT OR REPLACE INTO sluice_key (topic, key, turn, off, mark, time) VALUES (?, ?, ?, ?, ?, ?)"),
    dropSomeKeys: sql(`DELETE FROM sluice_key WHERE topic = ? AND key IN (
      SELECT key FROM sluice_key WHERE topic = ? AND turn < ? LIMIT ?)`),
    dropKeys: sql("DELETE FROM sluice_key WHERE topic = ?"),

    freed: sql("SELECT id FROM sluice_freed LIMIT 1"),
    addFreed: sql("INSERT INTO sluice_freed VALUES (?)"),
    dropFreed: sql("DELETE FROM sluice_freed WHERE id = ?"),
    firstEntry: sql("SELECT off FROM sluice_entry WHERE topic = ? ORDER BY off LIMIT 1"),

    watched: sql("SELECT 1 FROM sluice_watch WHERE topic = ? LIMIT 1"),
    countUnwritten: sql("SELECT count(*) AS count FROM sluice_topic WHERE head = 0"),
    dropUnwritten: sql(`DELETE FROM sluice_topic WHERE id IN (
      SELECT id FROM sluice_topic WHERE head = 0 AND stateful = 0
      AND NOT EXISTS (SELECT 1 FROM sluice_watch WHERE topic = sluice_topic.name) ORDER BY used LIMIT ?)`),
  };
}
