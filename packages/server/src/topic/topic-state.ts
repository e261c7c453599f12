import { type AnySubscription, isErrorNamed, type SluiceError, stateVersionOf } from "@sluice/contract";
import type { Log, LogEntry, LogEvent, Position } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { skewed } from "./contract-skew.js";
import { isLast, versionEntry } from "./entry.js";
import { isSameCursor } from "./same-cursor.js";
import { encodeSaved } from "./saved-state.js";
import { StateFold } from "./state-fold.js";
import { type Origin, StateOrigin, unfoldable } from "./state-origin.js";

/** A state in wire form and the position that it belongs to. */
export interface FoldedState {
  readonly position: Position;
  /** JSON text. */
  readonly json: string;
}

/** How many entries are read and folded at once. */
const page = 512;

/**
 * Longest state, in characters of JSON, that is held against its schema with every publish. To do so with a longer one would
 * take longer than all else: it is when it is sent, or saved.
 */
const checked = 16 * 1024;

/** What events that are about to be appended make of the state at a position, one by one. */
interface Ahead {
  position: Position;
  readonly events: readonly LogEvent[];
  readonly values: readonly unknown[];
  next: number;
}

/**
 * The state of one topic, folded from its saved snapshot and the log after it. It moves forward when it is asked, one
 * step at a time; what it folded once it doesn't fold again.
 */
export class TopicState {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #state: StateFold;
  readonly #origin: StateOrigin;
  /** The version that the topic was published to by, up to the position. */
  #version = 1;
  /** Why it can't be folded past its position: the same error for as long as it can't, so that it is reported once. */
  #stuck: { readonly at: Position; readonly error: SluiceError } | undefined;
  #position: Position | undefined;
  #value: unknown;
  #json: string | undefined;
  #ahead: Ahead | undefined;
  /** Of the snapshot that was saved last, as far as this process knows. */
  #saved: Position | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #size = 0;
  /** Characters of the events that came since it was measured: it may have grown by as much. */
  #grown = 0;
  readonly #onSize: (added: number) => void;

  /** @param onSize told by how many characters its JSON has grown or shrunk, whenever that is known. */
  constructor(log: Log, topic: string, procedure: AnySubscription, onSize: (added: number) => void = () => {}) {
    this.#onSize = onSize;
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#state = new StateFold(procedure);
    this.#origin = new StateOrigin(log, topic, procedure, this.#state);
  }

  /** The state at the log's head, in wire form. */
  current(): Promise<FoldedState> {
    return this.#next(async () => {
      const position = await this.#advance();
      this.#json ??= this.#state.encode(this.#value).json;
      this.#measure(this.#json);
      return { position, json: this.#json };
    });
  }

  /**
   * Folds `events` into the state as it is, to see whether they can be. What it found is used again if they are what the
   * log has next.
   *
   * @returns what is to be appended.
   */
  check(events: readonly EncodedEvent[]): Promise<readonly LogEvent[]> {
    return this.#next(async () => {
      const position = await this.#advance();
      try {
        this.#foldAhead(position, events);
        const logged = events.map((event) => event.logged);
        const version = stateVersionOf(this.#procedure);
        return this.#version < version ? [versionEntry.of(version), ...logged] : logged;
      } catch (error) {
        if (!this.#state.isFrozen) this.#position = undefined; // what was half changed is folded anew
        throw error;
      }
    });
  }

  /** Saves a snapshot if at least `every` entries came since the last one, so that the engine may trim what it covers. */
  async compact(head: Position, every: number): Promise<void> {
    // Offsets of another life of the topic, which may have been saved just now, say nothing of this one.
    const savedAt = this.#saved?.epoch === head.epoch ? this.#saved.offset : 0;
    if (head.offset - savedAt < every) return;
    const { position, json } = await this.current();
    await this.#log.saveSnapshot(this.#topic, position, encodeSaved(this.#procedure, json));
    // Whoever was faster saved one at least as good.
    this.#saved = position;
  }

  get size(): number {
    return this.#size;
  }

  #measure({ length }: { readonly length: number }): void {
    const added = length - this.#size;
    this.#size = length;
    this.#grown = 0;
    if (added !== 0) this.#onSize(added);
  }

  /** Steps never overlap: each begins with all that the one before has folded. */
  #next<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(step);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #advance(): Promise<Position> {
    for (let position = this.#position ?? (await this.#load()); ; ) {
      const result = await this.#log.read(this.#topic, position, page);
      if (!result.ok) {
        // The engine has another history by now, or trimmed further than this state had got: begin anew.
        const loaded = await this.#load();
        if (isSameCursor(loaded, position))
          throw unfoldable(this.#topic, "its saved snapshot is of no history that the log has");
        position = loaded;
        continue;
      }
      const { entries, end } = result;
      let to: Position = end;
      for (const entry of entries) {
        if (isLast(entry)) return this.#position as Position; // what follows an end is no part of the topic
        if (this.#fold(entry)) continue;
        to = this.#begin(await this.#origin.instead(entry, this.#version, this.#onSaved));
        break;
      }
      if (to === end && entries.length < page) return this.#position as Position;
      position = to;
    }
  }

  async #load(): Promise<Position> {
    return this.#begin(await this.#origin.load(this.#onSaved));
  }

  readonly #onSaved = (position: Position | undefined): void => {
    this.#saved = position;
  };

  #begin({ position, value, version, length }: Origin): Position {
    this.#measure({ length });
    this.#version = version;
    this.#set(position, value);
    return position;
  }

  #set(position: Position, value: unknown): void {
    this.#position = position;
    this.#value = value;
    this.#json = undefined;
  }

  #foldAhead(position: Position, events: readonly EncodedEvent[]): void {
    const values: unknown[] = [];
    let value = this.#value;
    for (const { logged, read } of events) {
      value = this.#state.apply(value, { type: logged.type, data: read() });
      values.push(value);
    }
    const last = events.at(-1)?.logged.type;
    if (last !== undefined && this.#size + this.#grown <= checked) this.#state.check(value, last);
    this.#ahead = { position, events: events.map(({ logged }) => logged), values, next: 0 };
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
    const ahead = this.#foldedAhead(entry);
    let value: unknown;
    try {
      value = ahead ? ahead.value : this.#state.apply(this.#value, this.#state.read(entry));
    } catch (cause) {
      if (isErrorNamed((cause as SluiceError).cause, "ChangedInPlaceError")) throw cause;
      if (this.#version < stateVersionOf(this.#procedure)) return false;
      throw this.#stuckAt(position, `an event "${type}" of state.version ${this.#version} doesn't fit`, cause);
    }
    this.#set(position, value);
    return true;
  }

  #readVersion(entry: LogEntry): void {
    const version = versionEntry.read(entry) ?? 1;
    const own = stateVersionOf(this.#procedure);
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

  /** What was folded of an entry before it was appended: it is the same event, on the same state. */
  #foldedAhead({ type, data, position }: LogEntry): { readonly value: unknown } | undefined {
    const ahead = this.#ahead;
    if (!ahead || ahead.position !== this.#position) return undefined;
    const { events, values, next } = ahead;
    const event = events[next] as LogEvent;
    if (event.type !== type || event.data !== data || next === events.length - 1) this.#ahead = undefined;
    if (event.type !== type || event.data !== data) return undefined;
    ahead.position = position;
    ahead.next++;
    return { value: values[next] };
  }
}
