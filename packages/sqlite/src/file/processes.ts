import { mintEpoch } from "@sluice/log/engine";
import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";
import { fromStored } from "../database/text.js";

/** Milliseconds after which a process that gives no sign of life counts as dead. */
const deadAfter = 60_000;

/**
 * The logs that have the file open: who they are, and on which port they are called. A sign of life is a time since the machine's
 * start, which is the same for all its processes, and which nobody sets.
 */
export class Processes {
  readonly id = mintEpoch();
  /** The ports of the others that are alive. */
  others: readonly number[] = [];
  hasOthers = false;
  readonly #add: Statement;
  readonly #drop: Statement;
  readonly #all: Statement;
  readonly #isKnown: Statement;
  readonly #watched: Statement;
  readonly #dropWatches: Statement;
  #port = 0;

  constructor(database: SqliteDatabase) {
    this.#add = prepare(database, "INSERT OR REPLACE INTO sluice_process (id, port, alive) VALUES (?, ?, ?)");
    this.#drop = prepare(database, "DELETE FROM sluice_process WHERE id = ?");
    this.#all = prepare(database, "SELECT id, port, alive FROM sluice_process");
    this.#isKnown = prepare(database, "SELECT 1 FROM sluice_process WHERE id = ?");
    this.#watched = prepare(database, "SELECT topic FROM sluice_watch WHERE process = ?");
    this.#dropWatches = prepare(database, "DELETE FROM sluice_watch WHERE process = ?");
  }

  /** Reads who else is there. Returns whether the others know of this process. */
  look(): boolean {
    const all = this.#all.all();
    const others = all.filter((row) => row["id"] !== this.id);
    this.hasOthers = others.length > 0;
    this.others = others.map((row) => row["port"] as number).filter((port) => port > 0);
    return others.length < all.length;
  }

  /** Gives a sign of life. Returns whether the others have taken this process for dead meanwhile. */
  beat(port = this.#port): boolean {
    const wasDead = this.#isKnown.all(this.id).length === 0;
    this.#port = port;
    this.#add.run(this.id, port, sinceStart());
    return wasDead;
  }

  /** Takes the dead off the list. Returns the topics that they watched. */
  buryDead(): string[] {
    const dead = this.#all.all().filter((row) => Math.abs(sinceStart() - (row["alive"] as number)) > deadAfter);
    const topics = dead.flatMap((row) => this.leave(row["id"] as string));
    if (dead.length > 0) this.look();
    return topics;
  }

  /** Takes it off the list. Returns the topics that it watched. */
  leave(id = this.id): string[] {
    const topics = this.#watched.all(id).map((row) => fromStored(row["topic"] as string));
    this.#dropWatches.run(id);
    this.#drop.run(id);
    return topics;
  }
}

const sinceStart = (): number => Number(process.hrtime.bigint() / 1_000_000n);
