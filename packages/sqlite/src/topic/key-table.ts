import type { Cursor } from "@sluice/log";
import { keyedHash } from "@sluice/log/engine";
import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";
import type { RememberedKey } from "../journal/unmoved.js";
import { KnownHashes } from "./known-hashes.js";

/** How much of a page a group takes, more or less: what is longer needs a page of its own. */
const share = 0.22;
/** Hashes that one transaction deletes of a topic, and groups of keys. */
const mostHashes = 1_024;
const mostGroups = 128;

/** Of each key, what `RememberedKey` says, without its epoch and turn. */
type Flat = (string | number)[];

/**
 * The moved idempotency keys of all topics. Those that are moved together, of one turn, are a group, which is one row. A table of their hashes,
 * of which many fit into a page, says which group has a key, and mostly that none has.
 */
export class KeyTable {
  readonly known = new KnownHashes();
  /** Characters of a group. */
  readonly #longest: number;
  readonly #addKeys: Statement;
  readonly #addHashes: Statement;
  readonly #probe: Statement;
  readonly #group: Statement;
  readonly #groups: Statement;
  readonly #dropHashes: Statement;
  readonly #dropGroups: Statement;
  readonly #dropAllHashes: Statement;
  readonly #dropAllGroups: Statement;

  constructor(database: SqliteDatabase) {
    const sql = (text: string): Statement => prepare(database, text);
    this.#longest = share * (sql("PRAGMA page_size").all()[0]?.["page_size"] as number);
    this.#addKeys = sql("INSERT INTO sluice_keys (topic, turn, last, body) VALUES (?, ?, ?, ?)");
    this.#addHashes = sql("INSERT OR REPLACE INTO sluice_key_hash SELECT ?, ?, value, ? FROM json_each(?)");
    /** Changes a row if there is one, and nothing of it: to ask for rows costs some drivers twice as much. */
    this.#probe = sql("UPDATE sluice_key_hash SET last = last WHERE topic = ? AND turn IN (?, ?) AND hash = ?");
    this.#group = sql(`SELECT turn, body FROM sluice_keys WHERE (topic, turn, last) IN
      (SELECT topic, turn, last FROM sluice_key_hash WHERE topic = ? AND turn IN (?, ?) AND hash = ?) ORDER BY turn DESC`);
    this.#groups = sql("SELECT turn, body FROM sluice_keys WHERE topic = ? AND turn IN (?, ?) ORDER BY turn DESC");
    this.#dropHashes = sql(`DELETE FROM sluice_key_hash WHERE topic = ? AND (turn, hash) IN (
      SELECT turn, hash FROM sluice_key_hash WHERE topic = ? AND turn < ? LIMIT ${mostHashes})`);
    this.#dropGroups = sql(`DELETE FROM sluice_keys WHERE topic = ? AND (turn, last) IN (
      SELECT turn, last FROM sluice_keys WHERE topic = ? AND turn < ? LIMIT ${mostGroups})`);
    this.#dropAllHashes = sql("DELETE FROM sluice_key_hash WHERE topic = ?");
    this.#dropAllGroups = sql("DELETE FROM sluice_keys WHERE topic = ?");
  }

  /**
   * Keys of one topic, those of a turn together.
   *
   * @param movedTurn The last turn of which there are keys.
   */
  add(topic: number, keys: readonly RememberedKey[], movedTurn: number): void {
    for (let first = 0, i = 0; i < keys.length; i += 1) {
      const [one, next] = [keys[first], keys[i + 1]];
      const length = ((one?.key.length ?? 0) + 40) * (i + 2 - first);
      if (next && next.turn === one?.turn && length < this.#longest) continue;
      this.#addGroup(topic, keys.slice(first, i + 1), movedTurn);
      first = i + 1;
    }
  }

  /** For writing: whether there may be a key, of this turn or the one before. */
  mayHave(topic: number, firstTurn: number, turn: number, key: string): boolean {
    const hash = hashOf(key);
    if (!this.known.mayHave(topic, firstTurn, turn, hash)) return false;
    return Number(this.#probe.run(topic, turn, turn - 1, hash).changes) > 0;
  }

  /** Finds a key of this turn or the one before. */
  find(topic: number, epoch: string, turn: number, key: string): RememberedKey | undefined {
    const found = this.#group.all(topic, turn, turn - 1, hashOf(key));
    if (found.length === 0) return undefined;
    // Another key may have the same hash. Then it took this one's place.
    for (const row of [...found, ...this.#groups.all(topic, turn, turn - 1)]) {
      const known = keyIn(row["body"] as string, epoch, row["turn"] as number, key);
      if (known) return known;
    }
    return undefined;
  }

  /** Deletes some keys of turns before this one. Returns whether none are left. */
  dropBefore(topic: number, turn: number): boolean {
    const hashes = Number(this.#dropHashes.run(topic, topic, turn).changes);
    const groups = Number(this.#dropGroups.run(topic, topic, turn).changes);
    return hashes < mostHashes && groups < mostGroups;
  }

  dropAll(topic: number): void {
    this.#dropAllHashes.run(topic);
    this.#dropAllGroups.run(topic);
  }

  #addGroup(topic: number, keys: readonly RememberedKey[], movedTurn: number): void {
    const last = keys.at(-1);
    if (!last) return;
    const { turn, cursor } = last;
    const flat: Flat = [];
    for (const each of keys) flat.push(each.key, each.cursor.offset, each.cursor.mark, each.time);
    const hashes = keys.map(({ key }) => hashOf(key)).sort((one, other) => one - other);
    this.#addKeys.run(topic, turn, cursor.offset, JSON.stringify(flat));
    this.#addHashes.run(topic, turn, cursor.offset, JSON.stringify(hashes));
    this.known.add(topic, movedTurn, turn, hashes);
  }
}

/** 30 bits: small numbers cost no memory of their own. */
const hashOf = (key: string): number => keyedHash("", key)[0] >>> 2;

/** The last one in a group: a key that was too old is there twice. */
function keyIn(body: string, epoch: string, turn: number, key: string): RememberedKey | undefined {
  const flat = JSON.parse(body) as Flat;
  for (let i = flat.length - 4; i >= 0; i -= 4) {
    if (flat[i] !== key) continue;
    const cursor: Cursor = { epoch, offset: flat[i + 1] as number, mark: flat[i + 2] as string };
    return { key, turn, cursor, time: flat[i + 3] as number };
  }
  return undefined;
}
