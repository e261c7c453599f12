import { prepare, type Row, type SqliteDatabase } from "./database/database.js";

/** What is said of topics as a whole, whichever process says it, and the entry it came with. The latest is last. */
const said = `
CREATE TABLE IF NOT EXISTS failover_said (
  seq INTEGER PRIMARY KEY, topic INTEGER NOT NULL, head INTEGER NOT NULL, record TEXT, ttl TEXT, retain TEXT);
CREATE TRIGGER IF NOT EXISTS failover_say AFTER UPDATE OF record, ttl, retain ON sluice_topic BEGIN
  INSERT INTO failover_said (topic, head, record, ttl, retain)
  VALUES (NEW.id, NEW.head, NEW.record, NEW.ttl, NEW.retain);
END`;

/**
 * Returns a function that loses a topic's newest entries and all that came with them, as a power cut does that takes the end of the
 * write-ahead log.
 *
 * @param database A connection of its own to a log's file.
 */
export function failoverOf(database: SqliteDatabase): (topic: string, lost: number) => Promise<void> {
  database.exec(said);
  const topicRow = prepare(
    database,
    `SELECT *, max(head, coalesce((SELECT max(off) FROM sluice_entry WHERE topic = id), 0)) AS head FROM sluice_topic WHERE name = ?`,
  );
  const entry = prepare(database, "SELECT mark, sum FROM sluice_entry WHERE topic = ? AND off = ?");
  const lastSaid = prepare(
    database,
    "SELECT record, ttl, retain FROM failover_said WHERE topic = ? AND head <= ? ORDER BY seq DESC LIMIT 1",
  );
  const keys = prepare(
    database,
    "SELECT count(*) AS count FROM sluice_key WHERE topic = ? AND off <= ? AND turn = (SELECT turn FROM sluice_topic WHERE id = topic)",
  );
  const setTopic = prepare(
    database,
    `UPDATE sluice_topic SET head = ?, mark = ?, sum = ?, keys = ?, record = ?, ttl = ?, retain = ? WHERE id = ?`,
  );

  return async (topic, lost) => {
    const row: Row | undefined = topicRow.all(topic)[0];
    if (!row || lost === 0) return;
    const id = row["id"] as number;
    const head = (row["head"] as number) - lost;
    const { mark, sum } =
      head === row["before"] ? { mark: row["before_mark"], sum: row["before_sum"] } : (entry.all(id, head)[0] ?? {});
    const kept = lastSaid.all(id, head)[0];
    const values = ["record", "ttl", "retain"].map((column) => kept?.[column] ?? null);
    database.exec(`BEGIN IMMEDIATE; DELETE FROM sluice_entry WHERE topic = ${id} AND off > ${head}`);
    const count = keys.all(id, head)[0]?.["count"] ?? 0;
    database.exec(`DELETE FROM sluice_key WHERE topic = ${id} AND off > ${head}`);
    setTopic.run(head, mark ?? null, sum ?? null, count, ...values, id);
    database.exec("COMMIT");
  };
}
