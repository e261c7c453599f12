import { type AnySubscription, isErrorNamed, type SluiceError, stateVersionOf } from "@sluice/contract";
import type { AppendedNow, Log, LogEntry, LogEvent, Opened, Position, ReadGap, ReadPage } from "@sluice/log";
import { skewed } from "./contract-skew.js";
import { isLast, versionEntry } from "./entry.js";
import { isSameCursor } from "./same-cursor.js";
import { StateFold } from "./state-fold.js";
import { type Origin, pageLength, StateOrigin, unfoldable } from "./state-origin.js";

/** A state in wire form and the position that it belongs to. */
export interface FoldedState {
  readonly position: Position;
  /** JSON text. */
  readonly json: string;
}

/** An event that is encoded and not yet in the log. */
export interface UnappendedEvent {
  readonly logged: LogEvent;
  /** Gives its data as who reads it gets it. */
  readonly read: () => unknown;
}

/** What events that are yet to be appended make of the state at a position. */
export interface FoldedAhead {
  readonly after: Position;
  readonly value: unknown;
  /** What is to be appended. */
  readonly events: readonly LogEvent[];
}

/**
 * Longest state, in characters of JSON, that is held against its schema with every publish. To do so with a longer one would
 * take longer than all else: it is when it is sent, or saved.
 */
const checked = 16 * 1024;

/** Where the fold of a topic has got. One step at a time may use it: `TopicState` sees to that. */
export class TopicFold {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #ownVersion: number;
  readonly #state: StateFold;
  readonly #origin: StateOrigin;
  /** The version that the topic was published to by, up to the position. */
  #version = 1;
  /** Why it can't be folded past its position: the same error for as long as it can't, so that it is reported once. */
  #stuck: { readonly at: Position; readonly error: SluiceError } | undefined;
  #position: Position | undefined;
  #value: unknown;
  #json: string | undefined;
  /** The next entry is an end: what follows it is no part of the topic. */
  #isOver = false;
  #size = 0;
  /** Characters of the events that came since it was measured: it may have grown by as much. */
  #grown = 0;
  readonly #onSize: (added: number) => void;
  /** Of the snapshot that was saved last, as far as this process knows. */
  saved: Position | undefined;

  constructor(log: Log, topic: string, procedure: AnySubscription, onSize: (added: number) => void) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#ownVersion = stateVersionOf(procedure);
    this.#state = new StateFold(procedure);
    this.#origin = new StateOrigin(log, topic, procedure, this.#state);
    this.#onSize = onSize;
  }

  /** Up to here it has folded the log; `undefined`: it has yet to begin, or begins anew. */
  get position(): Position | undefined {
    return this.#position;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Characters of its JSON, when it was measured last. */
  get size(): number {
    return this.#size;
  }

  /** Folds all that the log has by now. */
  async advance(): Promise<Position> {
    const position = this.#position;
    if (position) return this.#foldOn(position, await this.#open(position));
    const origin = await this.#load();
    return this.#foldOn(origin.position, await this.#after(origin));
  }

  /** Folds what was read after `from`, where it stands, and all that follows. */
  async take(from: Position, first: ReadPage | ReadGap): Promise<Position> {
    return this.#position ? this.#foldOn(from, { page: first }) : this.advance();
  }

  async #foldOn(from: Position, first: Opened): Promise<Position> {
    let position = from;
    let opened = first;
    for (;;) {
      const { page, snapshot, afterSnapshot } = opened;
      if (!page.ok) {
        // The engine has another history by now, or trimmed further than this state had got: begin anew.
        const origin = await this.#load(afterSnapshot && { snapshot, page: afterSnapshot });
        if (isSameCursor(origin.position, position)) {
          throw unfoldable(this.#topic, "its saved snapshot is of no history that the log has");
        }
        position = origin.position;
        opened = await this.#after(origin);
        continue;
      }
      const { entries, end, head } = page;
      let to: Position = end;
      for (const entry of entries) {
        this.#isOver = isLast(entry);
        if (this.#isOver) return this.#position as Position;
        if (this.#fold(entry)) continue;
        to = this.#begin(await this.#origin.instead(entry, this.#version, this.#onSaved)).position;
        break;
      }
      if (to === end && end.offset >= head.offset) return this.#position as Position;
      position = to;
      opened = await this.#open(position);
    }
  }

  /** Folds events into the state as it is, to see whether they can be. */
  ahead(events: readonly UnappendedEvent[]): FoldedAhead {
    const after = this.#position as Position;
    try {
      let value = this.#value;
      for (const { logged, read } of events) {
        value = this.#state.apply(value, { type: logged.type, data: read() });
      }
      const last = events.at(-1)?.logged.type;
      if (last !== undefined && this.#size + this.#grown <= checked) this.#state.check(value, last);
      const all = events.map(({ logged }) => logged);
      return {
        after,
        value,
        events: this.#version < this.#ownVersion ? [versionEntry.of(this.#ownVersion), ...all] : all,
      };
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  /** Takes what was folded ahead, now that it is appended. */
  adopt({ value, events }: FoldedAhead, { position }: AppendedNow): void {
    for (const { data } of events) this.#grown += data.length;
    this.#version = Math.max(this.#version, this.#ownVersion);
    this.#set(position, value);
  }

  /** What was folded ahead came to nothing: what it may have changed of the state is folded anew. */
  drop(): void {
    if (!this.#state.isFrozen) this.#position = undefined;
  }

  /** The state where it stands, in wire form. */
  encoded(): FoldedState {
    this.#json ??= this.#state.encode(this.#value).json;
    this.#measure(this.#json);
    return { position: this.#position as Position, json: this.#json };
  }

  #open(from: Position): Promise<Opened> {
    return this.#log.open(this.#topic, { from, limit: pageLength, snapshotOnGap: true });
  }

  /** What the log has after the state that the fold began with. */
  #after({ position, page }: Origin): Opened | Promise<Opened> {
    return page ? { page } : this.#open(position);
  }

  async #load(opened?: Pick<Opened, "snapshot" | "page">): Promise<Origin> {
    return this.#begin(await this.#origin.load(this.#onSaved, opened));
  }

  readonly #onSaved = (position: Position | undefined): void => {
    this.saved = position;
  };

  #begin(origin: Origin): Origin {
    this.#measure(origin);
    this.#version = origin.version;
    this.#set(origin.position, origin.value);
    return origin;
  }

  /** False: an older contract has published an event that this one doesn't know. */
  #fold(entry: LogEntry): boolean {
    const { type, position } = entry;
    if (type.startsWith("$")) {
      this.#readVersion(entry);
      this.#position = position; // a word of the server's or a run's own, which changes nothing
      return true;
    }
    this.#grown += entry.data.length;
    try {
      this.#set(position, this.#state.apply(this.#value, this.#state.read(entry)));
      return true;
    } catch (cause) {
      if (isErrorNamed((cause as SluiceError).cause, "ChangedInPlaceError")) throw cause;
      if (this.#version < this.#ownVersion) return false;
      throw this.#stuckAt(position, `an event "${type}" of state.version ${this.#version} doesn't fit`, cause);
    }
  }

  #readVersion(entry: LogEntry): void {
    const version = versionEntry.read(entry) ?? 1;
    const own = this.#ownVersion;
    if (version > own) {
      throw this.#stuckAt(entry.position, `it is published to by state.version ${version}, and is ${own} here`);
    }
    this.#version = Math.max(this.#version, version);
  }

  #stuckAt(at: Position, why: string, cause?: unknown): SluiceError {
    if (!this.#stuck || !isSameCursor(this.#stuck.at, at)) {
      this.#stuck = { at, error: skewed(this.#procedure.path, why, cause) };
    }
    return this.#stuck.error;
  }

  #set(position: Position, value: unknown): void {
    this.#position = position;
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
