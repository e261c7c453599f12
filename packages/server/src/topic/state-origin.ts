import { type AnySubscription, stateVersionOf } from "@sluice/contract";
import type { Log, LogEntry, Opened, Position, ReadGap, ReadPage } from "@sluice/log";
import { skewed } from "./contract-skew.js";
import { decodeSaved, type SavedState } from "./saved-state.js";
import type { StateFold } from "./state-fold.js";

/** How many entries are read and folded at once. */
export const pageLength = 512;

/** A state that a fold begins with. */
export interface Origin {
  readonly position: Position;
  readonly value: unknown;
  /** Characters of its JSON. */
  readonly length: number;
  /** The version by which the topic was published to there. */
  readonly version: number;
  /** What the log has after it, if that was read along with it. */
  readonly page?: ReadPage | ReadGap | undefined;
}

interface Saved extends SavedState {
  readonly position: Position;
}

/**
 * Where the fold of a topic begins: with the snapshot that was saved, if it is of this contract's version. Of a lower one, it is
 * folded anew if the log still has all events and this contract knows them, else the snapshot is migrated, else the state begins anew.
 */
export class StateOrigin {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #fold: StateFold;
  readonly #version: number;
  /** The life of the topic whose first events this contract doesn't know. */
  #unreadable: string | undefined;
  #isAnew = false;

  constructor(log: Log, topic: string, procedure: AnySubscription, fold: StateFold) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#fold = fold;
    this.#version = stateVersionOf(procedure);
  }

  /**
   * @param onSaved told the position of the snapshot that is there, if it is of this contract's version.
   * @param opened what the log has from its snapshot on, if that was read already.
   */
  async load(
    onSaved: (position: Position | undefined) => void,
    opened?: Pick<Opened, "snapshot" | "page">,
  ): Promise<Origin> {
    const { snapshot, page } = opened ?? (await this.#log.open(this.#topic, { from: "snapshot", limit: pageLength }));
    const saved: Saved | undefined = snapshot && { position: snapshot.position, ...decodeSaved(snapshot.data) };
    onSaved(saved?.version === this.#version ? saved.position : undefined);
    this.#isAnew = false;
    if (saved && saved.version >= this.#version) return { ...this.#decoded(saved), page };
    const first = saved ? (await this.#log.open(this.#topic, { from: "oldest", limit: 1 })).page : page;
    const genesis = genesisOf(first);
    if (genesis && !(saved && genesis.epoch === this.#unreadable && this.#migrates)) {
      this.#isAnew = true;
      const origin = this.#initial(genesis, 1);
      return saved ? origin : { ...origin, page };
    }
    if (!saved) throw unfoldable(this.#topic, "its first events are gone and no snapshot is saved");
    const origin = this.#migrates ? this.#migrated(saved) : this.#initial(saved.position, saved.version);
    return { ...origin, page };
  }

  /**
   * Where to go on from an event of a lower version that this contract doesn't know: if there is no snapshot to migrate in
   * place of what was folded, the state begins anew after it.
   */
  async instead(
    { position }: LogEntry,
    version: number,
    onSaved: (position: Position | undefined) => void,
  ): Promise<Origin> {
    if (this.#isAnew && this.#migrates) {
      this.#unreadable = position.epoch;
      const origin = await this.load(onSaved);
      if (!this.#isAnew) return origin;
    }
    return this.#initial(position, version);
  }

  get #migrates(): boolean {
    return this.#procedure.state?.migrate !== undefined;
  }

  #initial(position: Position, version: number): Origin {
    const { value, json } = this.#fold.initial();
    return { position, value, length: json.length, version };
  }

  #decoded({ position, version, json }: Saved): Origin {
    const own = this.#version;
    if (version > own) throw this.#skewed(`it was saved with state.version ${version}, and is ${own} here`);
    try {
      return { position, version, value: this.#fold.decode(JSON.parse(json)), length: json.length };
    } catch (cause) {
      throw this.#skewed(`what was saved with state.version ${own}, the one here, doesn't fit state.schema`, cause);
    }
  }

  #migrated({ position, version, json }: Saved): Origin {
    try {
      const migrated: unknown = this.#procedure.state?.migrate?.(JSON.parse(json), version);
      if (migrated instanceof Promise) migrated.catch(() => {}); // no state: refused below, and nobody else waits for it
      const { json: wire, read } = this.#fold.encode(migrated);
      return { position, version, value: this.#fold.adopt(read()), length: wire.length };
    } catch (cause) {
      throw this.#skewed(`state.migrate failed for what was saved with state.version ${version}`, cause);
    }
  }

  #skewed(why: string, cause?: unknown) {
    return skewed(this.#procedure.path, why, cause);
  }
}

/** The place before the first event, if that is still there, from what was read from the oldest one on. */
function genesisOf(oldest: ReadPage | ReadGap): Position | undefined {
  const start = oldest.ok ? (oldest.entries[0]?.position ?? oldest.end) : oldest.oldest;
  return start.offset > 1 ? undefined : { ...start, offset: 0, mark: "0" };
}

export const unfoldable = (topic: string, why: string) =>
  new Error(`The state of "${topic}" cannot be folded: ${why}.`);
