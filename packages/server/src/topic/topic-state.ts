import type { AnySubscription } from "@sluice/contract";
import type { Log, LogEntry, LogEvent, Position } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { isLast } from "./entry.js";
import { isSameCursor } from "./same-cursor.js";
import { StateFold } from "./state-fold.js";

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
  readonly #state: StateFold;
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
    this.#state = new StateFold(procedure);
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
   */
  check(events: readonly EncodedEvent[]): Promise<void> {
    return this.#next(async () => {
      const position = await this.#advance();
      try {
        this.#foldAhead(position, events);
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
    await this.#log.saveSnapshot(this.#topic, position, json);
    // Whoever was faster saved one at least as good.
    this.#saved = position;
  }

  get size(): number {
    return this.#size;
  }

  #measure({ length }: string): void {
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
      for (const entry of result.entries) {
        if (isLast(entry)) return this.#position as Position; // what follows an end is no part of the topic
        this.#fold(entry);
      }
      if (result.entries.length < page) return this.#position as Position;
      position = result.end;
    }
  }

  async #load(): Promise<Position> {
    const snapshot = await this.#log.loadSnapshot(this.#topic);
    this.#saved = snapshot?.position;
    if (snapshot) {
      this.#measure(snapshot.data);
      this.#set(snapshot.position, this.#state.decode(snapshot.data));
      return snapshot.position;
    }
    const oldest = await this.#log.read(this.#topic, "oldest", 1);
    const start = oldest.ok ? (oldest.entries[0]?.position ?? oldest.end) : oldest.oldest;
    if (start.offset > 1) {
      throw unfoldable(this.#topic, "its first events are gone and no snapshot is saved");
    }
    const genesis = { ...start, offset: 0, mark: "0" };
    const { value, json } = this.#state.initial();
    this.#measure(json);
    this.#set(genesis, value);
    return genesis;
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

  #fold(entry: LogEntry): void {
    const { type, position } = entry;
    if (type.startsWith("$")) {
      this.#position = position; // a run's own word, which changes nothing
      return;
    }
    this.#grown += entry.data.length;
    const ahead = this.#foldedAhead(entry);
    this.#set(position, ahead ? ahead.value : this.#state.apply(this.#value, this.#state.read(entry)));
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

const unfoldable = (topic: string, why: string) => new Error(`The state of "${topic}" cannot be folded: ${why}.`);
