import type { AnySubscription } from "@sluice/contract";
import { stateVersionOf } from "@sluice/contract/internal";
import type { Cursor, Log, LogEntry, Opened, ReadGap, ReadPage } from "@sluice/log";
import { contractSkew } from "./contract-skew.js";
import { decodeSaved, type SavedState } from "./saved-state.js";
import type { StateFold } from "./state-fold.js";

/** Entries that are read and folded at once. */
export const pageLength = 512;

/** The state that a fold begins with. */
export interface Origin {
  readonly cursor: Cursor;
  readonly value: unknown;
  /** Characters of its JSON. */
  readonly length: number;
  /** The state version with which the topic was published at this cursor. */
  readonly version: number;
  /** The entries after it, if they were read with it. */
  readonly page?: ReadPage | ReadGap | undefined;
}

interface Saved extends SavedState {
  readonly cursor: Cursor;
}

/**
 * Finds the state that the fold of a topic begins with. That is the saved snapshot, if it has this contract's version.
 * If the snapshot has a lower version, the topic is folded from its first event, if the log still has all events and
 * this contract knows them; else the snapshot is migrated; else the state starts over.
 */
export class StateOrigin {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #fold: StateFold;
  readonly #version: number;
  /** The epoch of the topic whose first events this contract does not know. */
  #unknownEpoch: string | undefined;
  #isFromStart = false;

  constructor(log: Log, topic: string, procedure: AnySubscription, fold: StateFold) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#fold = fold;
    this.#version = stateVersionOf(procedure);
  }

  /**
   * @param onSaved called with the cursor of the saved snapshot if that has this contract's version, else with
   * `undefined`
   * @param opened the log's snapshot and the page after it, if they were read already
   */
  async load(
    onSaved: (cursor: Cursor | undefined) => void,
    opened?: Pick<Opened, "snapshot" | "page">,
  ): Promise<Origin> {
    const { snapshot, page } = opened ?? (await this.#log.open(this.#topic, { from: "snapshot", limit: pageLength }));
    const saved: Saved | undefined = snapshot && { cursor: snapshot.cursor, ...decodeSaved(snapshot.data) };
    onSaved(saved?.version === this.#version ? saved.cursor : undefined);
    this.#isFromStart = false;
    if (saved && saved.version >= this.#version) return { ...this.#decoded(saved), page };
    const first = saved ? (await this.#log.open(this.#topic, { from: "oldest", limit: 1 })).page : page;
    const genesis = genesisOf(first);
    if (genesis && !(saved && genesis.epoch === this.#unknownEpoch && this.#migrates)) {
      this.#isFromStart = true;
      const origin = this.#initial(genesis, 1);
      return saved ? origin : { ...origin, page };
    }
    if (!saved) throw unfoldable(this.#topic, "its first events are gone and no snapshot is saved");
    const origin = this.#migrates ? this.#migrated(saved) : this.#initial(saved.cursor, saved.version);
    return { ...origin, page };
  }

  /**
   * The state to go on with at an event of a lower version that this contract does not know. The saved snapshot is
   * migrated if possible; else the state starts over after the event.
   */
  async replace({ cursor }: LogEntry, version: number, onSaved: (cursor: Cursor | undefined) => void): Promise<Origin> {
    if (this.#isFromStart && this.#migrates) {
      this.#unknownEpoch = cursor.epoch;
      const origin = await this.load(onSaved);
      if (!this.#isFromStart) return origin;
    }
    return this.#initial(cursor, version);
  }

  get #migrates(): boolean {
    return this.#procedure.state?.migrate !== undefined;
  }

  #initial(cursor: Cursor, version: number): Origin {
    const { value, json } = this.#fold.initial();
    return { cursor, value, length: json.length, version };
  }

  #decoded({ cursor, version, json }: Saved): Origin {
    const own = this.#version;
    if (version > own)
      throw this.#contractSkew(`it was saved with state.version ${version}, and this server has ${own}`);
    try {
      return { cursor, version, value: this.#fold.decode(JSON.parse(json)), length: json.length };
    } catch (cause) {
      throw this.#contractSkew(
        `the snapshot saved with this server's state.version ${own} doesn't fit state.schema`,
        cause,
      );
    }
  }

  #migrated({ cursor, version, json }: Saved): Origin {
    try {
      const migrated: unknown = this.#procedure.state?.migrate?.(JSON.parse(json), version);
      // `encode` refuses a promise below, and nothing else handles its rejection.
      if (migrated instanceof Promise) migrated.catch(() => {});
      const { json: wire, read } = this.#fold.encode(migrated);
      return { cursor, version, value: this.#fold.adopt(read()), length: wire.length };
    } catch (cause) {
      throw this.#contractSkew(`state.migrate failed for the snapshot saved with state.version ${version}`, cause);
    }
  }

  #contractSkew(why: string, cause?: unknown) {
    return contractSkew(this.#procedure.path, why, cause);
  }
}

/**
 * The cursor before the first event, if the log still has that event. Takes the answer to a read of the oldest
 * entries.
 */
function genesisOf(oldest: ReadPage | ReadGap): Cursor | undefined {
  const start = oldest.ok ? (oldest.entries[0]?.cursor ?? oldest.end) : oldest.oldest;
  return start.offset > 1 ? undefined : { ...start, offset: 0, mark: "0" };
}

export const unfoldable = (topic: string, why: string) =>
  new Error(`The state of "${topic}" cannot be folded: ${why}.`);
