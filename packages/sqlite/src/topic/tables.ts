import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";
import { KeyTable } from "./key-table.js";
import { Segments } from "./segments.js";

/** The tables of topics, and the statements about their rows. */
export type Tables = ReturnType<typeof prepareTables>;

const hot =
  "head, mark, sum, oldest, quiet, used, moved, before, before_mark, before_sum, floor, floor_sum, keys, first_key, last_key, turn, key_floor, moved_turn";
const cold = "stateful, saved, record, ttl, retain, token, ends, holder_low, holder_high";
const set = (columns: string) => columns.replaceAll(/\w+/g, (column) => `${column} = ?`);

export function prepareTables(database: SqliteDatabase) {
  const sql = (text: string): Statement => prepare(database, text);
  return {
    segments: new Segments(database),
    keys: new KeyTable(database),
    topic: sql("SELECT * FROM sluice_topic WHERE name = ?"),
    topicsAfter: sql("SELECT id, name FROM sluice_topic WHERE id > ? ORDER BY id LIMIT ?"),
    addTopic: sql(`INSERT INTO sluice_topic
      (name, epoch, head, mark, sum, before, before_mark, before_sum, floor, floor_sum, quiet, used, moved,
       keys, turn, key_floor, moved_turn, stateful, token, ends, holder_low, holder_high)
      VALUES (?, ?, 0, '0', 0, 0, '0', 0, 0, 0, ?, ?, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0)`),
    /** What many transactions change, and what few do: each value that is bound costs. */
    setHot: sql(`UPDATE sluice_topic SET ${set(hot)} WHERE id = ?`),
    setCold: sql(`UPDATE sluice_topic SET ${set(cold)} WHERE id = ?`),
    dropTopic: sql("DELETE FROM sluice_topic WHERE id = ?"),

    snapshot: sql("SELECT off, mark, data FROM sluice_snapshot WHERE topic = ?"),
    setSnapshot: sql("INSERT OR REPLACE INTO sluice_snapshot (topic, off, mark, data) VALUES (?, ?, ?, ?)"),
    dropSnapshot: sql("DELETE FROM sluice_snapshot WHERE topic = ?"),

    freed: sql("SELECT id FROM sluice_freed LIMIT 1"),
    addFreed: sql("INSERT INTO sluice_freed VALUES (?)"),
    dropFreed: sql("DELETE FROM sluice_freed WHERE id = ?"),

    watched: sql("SELECT 1 FROM sluice_watch WHERE topic = ? LIMIT 1"),
    countUnwritten: sql("SELECT count(*) AS count FROM sluice_topic WHERE head = 0"),
    unwritten: sql(`SELECT id, name FROM sluice_topic WHERE head = 0 AND stateful = 0
      AND NOT EXISTS (SELECT 1 FROM sluice_watch WHERE topic = sluice_topic.name) ORDER BY used LIMIT ?`),
  };
}
