import { prepare, type Row, type SqliteDatabase } from "./database/database.js";
import { entriesOf, entriesText } from "./journal/entries-text.js";
import { rowOf, rowText, type TopicAppends } from "./journal/journal-row.js";

/** What is said of topics as a whole, whichever process says it, and the entry it came with. The latest is last. */
const said = `
CREATE TABLE IF NOT EXISTS failover_said (
  seq INTEGER PRIMARY KEY, topic INTEGER NOT NULL, head INTEGER NOT NULL, record TEXT, ttl TEXT, retain TEXT);
CREATE TRIGGER IF NOT EXISTS failover_say AFTER UPDATE OF record, ttl, retain ON sluice_topic BEGIN
  INSERT INTO failover_said (topic, head, record, ttl, retain)
  VALUES (NEW.id, NEW.head, NEW.record, NEW.ttl, NEW.retain);
END`;

/** What a topic is left with: its epoch, and the offset of its last entry. */
export interface Kept {
  readonly epoch: string;
  readonly head: number;
}

/**
 * Returns a function that loses a topic's newest entries and all that came with them, as a power cut does that takes the end of the
 * write-ahead log. Processes that have the file open read all of it again.
 *
 * @param database A connection of its own to a log's file.
 */
export function failoverOf(database: SqliteDatabase): (topic: string, lost: number) => Promise<Kept | undefined> {
  database.exec(said);
  const topicRow = prepare(database, "SELECT * FROM sluice_topic WHERE name = ?");
  const lastSaid = prepare(
    database,
    "SELECT record, ttl, retain FROM failover_said WHERE topic = ? AND head <= ? ORDER BY seq DESC LIMIT 1",
  );
  const setTopic = prepare(
    database,
    "UPDATE sluice_topic SET head = ?, mark = ?, sum = ?, keys = ?, moved = ?, record = ?, ttl = ?, retain = ? WHERE id = ?",
  );
  const journal = journalOf(database);
  const segments = segmentsOf(database);
  const keys = keysOf(database);

  return async (topic, lost) => {
    const row: Row | undefined = topicRow.all(topic)[0];
    if (!row) return undefined;
    const id = row["id"] as number;
    const epoch = row["epoch"] as string;
    const last = Math.max(row["head"] as number, journal.last(id), segments.last(id));
    const head = Math.max(last - lost, row["before"] as number); // retention may have come in between
    if (lost === 0) return { epoch, head };
    const place =
      head === row["before"]
        ? { mark: row["before_mark"], sum: row["before_sum"] }
        : (journal.placeAt(id, head) ?? segments.placeAt(id, head));
    const kept = lastSaid.all(id, head)[0];
    const values = ["record", "ttl", "retain"].map((column) => kept?.[column] ?? null);
    database.exec("BEGIN IMMEDIATE");
    segments.cut(id, head);
    keys.cut(id, head);
    const turn = row["turn"] as number;
    const count = keys.count(id, turn) + journal.keys(id, turn, head, row["moved"] as number);
    journal.cut(id, head);
    const moved = Math.min(row["moved"] as number, head);
    const isRowAfter = (row["head"] as number) > head;
    const hot = isRowAfter ? [head, place?.mark ?? null, place?.sum ?? null, count] : asIs(row);
    setTopic.run(...hot, moved, ...values, id);
    database.exec("COMMIT");
    return { epoch, head };
  };
}

const asIs = (row: Row) => ["head", "mark", "sum", "keys"].map((column) => row[column] ?? null);

function journalOf(database: SqliteDatabase) {
  const rows = prepare(database, "SELECT seq, body FROM sluice_journal ORDER BY seq");
  const set = prepare(database, "UPDATE sluice_journal SET body = ? WHERE seq = ?");
  const shift = prepare(database, "UPDATE sluice_journal SET seq = seq + ?");
  const add = prepare(database, "INSERT INTO sluice_journal (seq, time, body) VALUES (?, 0, ?)");
  const appendsOf = (id: number) =>
    rows.all().flatMap((row) => rowOf(row["body"] as string).appends.filter((appends) => appends.id === id));

  return {
    last: (id: number) => appendsOf(id).at(-1)?.entries.at(-1)?.entry.cursor.offset ?? 0,
    placeAt(id: number, offset: number) {
      const found = appendsOf(id).flatMap(({ entries }) =>
        entries.filter(({ entry }) => entry.cursor.offset === offset),
      );
      const at = found.at(-1);
      return at && { mark: at.entry.cursor.mark, sum: at.sum };
    },
    keys: (id: number, turn: number, upTo: number, moved: number) =>
      appendsOf(id)
        .flatMap((appends) => appends.keys)
        .filter((key) => key.turn === turn && key.cursor.offset <= upTo && key.cursor.offset > moved).length,
    /** The rows get numbers that nobody expects. */
    cut(id: number, upTo: number) {
      const all = rows.all();
      for (const { seq, body } of all) {
        const row = rowOf(body as string);
        const appends = row.appends.map((each) => (each.id === id ? cutAppends(each, upTo) : each));
        const left = appends.filter(({ entries }) => entries.length > 0);
        set.run(rowText({ ...row, appends: left }), seq as number);
      }
      const last = (all.at(-1)?.["seq"] as number | undefined) ?? 0;
      shift.run(last + 1);
      add.run(2 * last + 2, rowText({ appends: [], changed: [], told: [] }));
    },
  };
}

const cutAppends = (appends: TopicAppends, upTo: number): TopicAppends => ({
  ...appends,
  entries: appends.entries.filter(({ entry }) => entry.cursor.offset <= upTo),
  keys: appends.keys.filter(({ cursor }) => cursor.offset <= upTo),
});

function segmentsOf(database: SqliteDatabase) {
  const rows = prepare(database, "SELECT last, first, epoch, body FROM sluice_segment WHERE topic = ? ORDER BY last");
  const set = prepare(database, "UPDATE sluice_segment SET last = ?, body = ? WHERE topic = ? AND last = ?");
  const drop = prepare(database, "DELETE FROM sluice_segment WHERE topic = ? AND first > ?");
  const entriesIn = (row: Row) => entriesOf(row["body"] as string, row["epoch"] as string, row["first"] as number);

  return {
    last: (id: number) => (rows.all(id).at(-1)?.["last"] as number | undefined) ?? 0,
    placeAt(id: number, offset: number) {
      const at = rows
        .all(id)
        .flatMap(entriesIn)
        .find(({ entry }) => entry.cursor.offset === offset);
      return at && { mark: at.entry.cursor.mark, sum: at.sum };
    },
    cut(id: number, upTo: number) {
      drop.run(id, upTo);
      const row = rows.all(id).at(-1);
      if (!row || (row["last"] as number) <= upTo) return;
      const left = entriesIn(row).filter(({ entry }) => entry.cursor.offset <= upTo);
      set.run(upTo, entriesText(left), id, row["last"] as number);
    },
  };
}

/** Each key of a group is four texts and numbers, of which the second is its offset. */
const width = 4;

function keysOf(database: SqliteDatabase) {
  const rows = prepare(database, "SELECT turn, last, body FROM sluice_keys WHERE topic = ? ORDER BY turn, last");
  const set = prepare(database, "UPDATE sluice_keys SET last = ?, body = ? WHERE topic = ? AND turn = ? AND last = ?");
  const setHashes = prepare(database, "UPDATE sluice_key_hash SET last = ? WHERE topic = ? AND turn = ? AND last = ?");
  const drop = prepare(database, "DELETE FROM sluice_keys WHERE topic = ? AND turn = ? AND last = ?");
  const flatOf = (row: Row) => JSON.parse(row["body"] as string) as (string | number)[];

  return {
    count: (id: number, turn: number) =>
      rows.all(id).reduce((sum, row) => sum + (row["turn"] === turn ? flatOf(row).length / width : 0), 0),
    /** A hash without its key is as one of another key. Other entries will have the offsets, so a group is not called after a lost one. */
    cut(id: number, upTo: number) {
      for (const row of rows.all(id).filter(({ last }) => (last as number) > upTo)) {
        const group = [id, row["turn"] as number, row["last"] as number] as const;
        const flat = flatOf(row);
        const left = flat.filter((_, i) => (flat[i - (i % width) + 1] as number) <= upTo);
        if (left.length === 0) {
          drop.run(...group);
          continue;
        }
        const last = left.at(1 - width) as number;
        set.run(last, JSON.stringify(left), ...group);
        setHashes.run(last, ...group);
      }
    },
  };
}
