import type { AnySubscription, SluiceError } from "@sluice/contract";
import { isErrorNamed, stateVersionOf } from "@sluice/contract/internal";
import type { AppendedNow, Cursor, Log, LogEntry, Opened, ReadGap, ReadPage } from "@sluice/log";
import { assertVersion, contractSkew, newerVersion } from "./contract-skew.js";
import { isLast, versionEntry } from "./entry.js";
import type { FoldedAhead, UnappendedEvent } from "./folded-ahead.js";
import { noChange, recordingVersion } from "./record.js";
import { isSameCursor } from "./same-cursor.js";
import { StateFold } from "./state-fold.js";
import { type Origin, pageLength, StateOrigin, unfoldable } from "./state-origin.js";

/** A state in wire form and its cursor. */
export interface FoldedState {
  readonly cursor: Cursor;
  /** JSON text. */
  readonly json: string;
}

/**
 * Longest state, in characters of JSON, that each publish checks against its schema. For a longer one, the check would
 * take longer than the rest of the publish; it is checked when it is sent or saved.
 */
const maxCheckedLength = 16 * 1024;

/** The fold of a topic, up to a cursor. Steps must not overlap: `TopicState` runs them one at a time. */
export class TopicFold {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #ownVersion: number;
  readonly #state: StateFold;
  readonly #origin: StateOrigin;
  /** The state version with which the topic was published, up to the cursor. */
  #version = 1;
  /** Tells the version, too, to whoever begins behind its `$version` entry. */
  #options: FoldedAhead["options"] = noChange;
  /** Why the fold cannot pass its cursor. The error object is reused, so that it is reported once. */
  #blocked: { readonly at: Cursor; readonly error: SluiceError } | undefined;
  #cursor: Cursor | undefined;
  #value: unknown;
  #json: string | undefined;
  /** The next entry is an end. Entries after it are not part of the topic. */
  #isOver = false;
  #size = 0;
  /** Characters of the events since `#size` was measured: the state may have grown by as much. */
  #grown = 0;
  readonly #onSize: (added: number) => void;
  /** The cursor of the last saved snapshot, as far as this process knows. */
  saved: Cursor | undefined;

  constructor(log: Log, topic: string, procedure: AnySubscription, onSize: (added: number) => void) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#ownVersion = stateVersionOf(procedure);
    this.#state = new StateFold(procedure);
    this.#origin = new StateOrigin(log, topic, procedure, this.#state);
    this.#onSize = onSize;
  }

  /** The cursor up to which the log is folded. `undefined`: it has not begun, or must start over. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** It has found an event that it can't fold, and is not past it. A snapshot that another server saves may cover the event. */
  get isBlocked(): boolean {
    const at = this.#blocked?.at;
    const isPast = at && this.#cursor && (this.#cursor.epoch !== at.epoch || this.#cursor.offset >= at.offset);
    return at !== undefined && !isPast;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Characters of its JSON when it was last measured. */
  get size(): number {
    return this.#size;
  }

  /**
   * Folds everything up to the log's head, and returns what the log has after the fold's cursor: nothing, or an end and
   * what follows it.
   *
   * @param opened what the log has from its snapshot on, if that was read already; used if the fold has not begun
   */
  async advance(opened?: Pick<Opened, "snapshot" | "page">): Promise<ReadPage> {
    const cursor = this.#cursor;
    if (cursor) return this.#foldOn(cursor, await this.#open(cursor));
    const origin = await this.#load(opened);
    return this.#foldOn(origin.cursor, await this.#after(origin));
  }

  /** Folds a page that was read after `from`, the fold's cursor, and everything after it. */
  async take(from: Cursor, first: ReadPage | ReadGap): Promise<ReadPage> {
    return this.#cursor ? this.#foldOn(from, { page: first }) : this.advance();
  }

  async #foldOn(from: Cursor, first: Opened): Promise<ReadPage> {
    let cursor = from;
    let opened = first;
    /** Where it started over last. */
    let begun: Cursor | undefined;
    for (;;) {
      const { page, snapshot, afterSnapshot } = opened;
      assertVersion(this.#procedure, page);
      this.#options = recordingVersion(page.record, this.#ownVersion);
      if (!page.ok) {
        // The log has another history now, or has trimmed entries that are not folded yet: start over.
        const origin = await this.#load(afterSnapshot && { snapshot, page: afterSnapshot });
        if (isSameCursor(origin.cursor, cursor) || (begun && isSameCursor(origin.cursor, begun))) {
          throw unfoldable(this.#topic, "what it begins with belongs to a history that the log does not have");
        }
        cursor = begun = origin.cursor;
        opened = await this.#after(origin);
        continue;
      }
      const { entries, end, head } = page;
      let to: Cursor = end;
      for (const [index, entry] of entries.entries()) {
        this.#isOver = isLast(entry);
        if (this.#isOver) return { ...page, entries: entries.slice(index) };
        if (this.#fold(entry)) continue;
        to = this.#begin(await this.#origin.replace(entry, this.#version, this.#onSaved)).cursor;
        break;
      }
      if (to === end && end.offset >= head.offset) return { ...page, entries: [] };
      cursor = to;
      opened = await this.#open(cursor);
    }
  }

  /** Folds events that are not appended yet. It fails if they do not fold. */
  foldAhead(events: readonly UnappendedEvent[]): FoldedAhead {
    const after = this.#cursor as Cursor;
    try {
      let value = this.#value;
      for (const { logged, read } of events) {
        value = this.#state.apply(value, { type: logged.type, data: read() });
      }
      const last = events.at(-1)?.logged.type;
      if (last !== undefined && this.#size + this.#grown <= maxCheckedLength) this.#state.check(value, last);
      const all = events.map(({ logged }) => logged);
      return {
        after,
        value,
        events: this.#version < this.#ownVersion ? [versionEntry.of(this.#ownVersion), ...all] : all,
        options: this.#options,
      };
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  /** Keeps the state that `foldAhead` made, after its events were appended. */
  adopt({ value, events }: FoldedAhead, { cursor }: AppendedNow): void {
    this.#options = noChange;
    for (const { data } of events) this.#grown += data.length;
    this.#version = Math.max(this.#version, this.#ownVersion);
    this.#set(cursor, value);
  }

  /** The events were not appended. If the fold may have changed the state in place, it is folded again. */
  drop(): void {
    if (!this.#state.isFrozen) this.#cursor = undefined;
  }

  /** The current state, in wire form. */
  encoded(): FoldedState {
    this.#json ??= this.#state.encode(this.#value).json;
    this.#measure(this.#json);
    return { cursor: this.#cursor as Cursor, json: this.#json };
  }

  #open(from: Cursor): Promise<Opened> {
    return this.#log.open(this.#topic, { from, limit: pageLength, snapshotOnGap: true });
  }

  /** The entries after the state that the fold began with. */
  #after({ cursor, page }: Origin): Opened | Promise<Opened> {
    return page ? { page } : this.#open(cursor);
  }

  async #load(opened?: Pick<Opened, "snapshot" | "page">): Promise<Origin> {
    return this.#begin(await this.#origin.load(this.#onSaved, opened));
  }

  readonly #onSaved = (cursor: Cursor | undefined): void => {
    this.saved = cursor;
  };

  #begin(origin: Origin): Origin {
    this.#measure(origin);
    this.#version = origin.version;
    this.#set(origin.cursor, origin.value);
    return origin;
  }

  /** False: an older contract published an event that this one does not know. */
  #fold(entry: LogEntry): boolean {
    const { type, cursor } = entry;
    if (type.startsWith("$")) {
      this.#readVersion(entry);
      this.#cursor = cursor; // an entry of the server or of a run, which does not change the state
      return true;
    }
    this.#grown += entry.data.length;
    try {
      this.#set(cursor, this.#state.apply(this.#value, this.#state.read(entry)));
      return true;
    } catch (cause) {
      if (isErrorNamed((cause as SluiceError).cause, "ChangedInPlaceError")) throw cause;
      if (this.#version < this.#ownVersion) return false;
      throw this.#blockedAt(cursor, `an event "${type}" of state.version ${this.#version} doesn't fit`, cause);
    }
  }

  #readVersion(entry: LogEntry): void {
    const version = versionEntry.read(entry) ?? 1;
    if (version > this.#ownVersion) throw newerVersion(this.#procedure, version);
    this.#version = Math.max(this.#version, version);
  }

  #blockedAt(at: Cursor, why: string, cause?: unknown): SluiceError {
    if (!this.#blocked || !isSameCursor(this.#blocked.at, at)) {
      this.#blocked = { at, error: contractSkew(this.#procedure.path, why, cause) };
    }
    return this.#blocked.error;
  }

  #set(cursor: Cursor, value: unknown): void {
    this.#cursor = cursor;
    this.#value = value;
    this.#json = undefined;
    this.#isOver = false;
  }

  #measure({ length }: { readonly length: number }): void {
    const added = length - this.#size;
    this.#size = length;
    this.#grown = 0;
    if (added !== 0) this.#onSize(added);
  }
}
