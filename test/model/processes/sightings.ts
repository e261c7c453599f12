import { formatCursor, parseCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/server";
import type { Cursor, LogEntry } from "../../../packages/log/src/log.js";
import { epochOf, History, offsetOf } from "../history.js";
import { Journal, type Line } from "./journal.js";

interface Seen {
  readonly before: string;
  readonly entry: LogEntry;
}

interface Topic {
  /** Up to here, everything is in the history. */
  head: string | undefined;
  readonly seen: Map<string, Seen>;
  /** What follows a cursor. */
  readonly next: Map<string, string>;
  /** Places that somebody has seen, and that don't follow from what is known. */
  readonly unplaced: Set<string>;
}

const beginning = (cursor: string) => `${epochOf(cursor)}.0.0`;
const placeOf = (cursor: string): Cursor => parseCursor(cursor) as Cursor;

/**
 * The history that all processes of a run have seen, as each of them tells. It checks that they have all seen the same: each entry
 * after the same entry, and after each entry one.
 */
export class Sightings {
  readonly history: History;
  readonly #journal: Journal;
  readonly #blame: (what: string) => void;
  readonly #topics = new Map<string, Topic>();
  /** The lives of topics in which a generator has begun. */
  readonly #begun = new Set<string>();

  constructor(path: string, blame: (what: string) => void) {
    this.#journal = new Journal(path);
    this.#blame = blame;
    this.history = new History(() => this.pull());
  }

  tell(line: Line): void {
    this.#journal.write(line);
  }

  pull(): void {
    this.#journal.pull((line) => this.#take(line));
  }

  /** The topics of which somebody has seen more than is known. */
  get gaps(): string[] {
    this.pull();
    return [...this.#topics].filter(([, { unplaced }]) => unplaced.size > 0).map(([topic]) => topic);
  }

  /** Reads a topic on, up to its end. Rejects while the store is away. */
  async catchUp(log: Log, topic: string): Promise<void> {
    for (;;) {
      this.pull();
      const known = this.#topicOf(topic);
      const from = known.head;
      const { page } = await log.open(topic, { from: from === undefined ? "oldest" : placeOf(from), limit: 512 });
      if (!page.ok) return this.#blame(`${topic} ends at ${formatCursor(page.head)}: ${page.reason} after ${from}`);
      const [first] = page.entries;
      if (from === undefined) {
        known.head ??= first ? beginning(formatCursor(first.cursor)) : formatCursor(page.end); // others may have told meanwhile
        if (!first) this.#drop(topic, formatCursor(page.end));
      }
      const before = placeOf(from ?? beginning(formatCursor(page.end)));
      this.#see({ kind: "entries", by: "read", topic, before, entries: page.entries });
      known.unplaced.clear();
      if (page.end.offset === page.head.offset) return;
    }
  }

  /** The store has lost what followed a cursor. All processes are told. */
  lose(topic: string, head: string): void {
    this.tell({ kind: "lost", topic, cursor: placeOf(head) });
    this.pull();
  }

  close(): void {
    this.#journal.close();
  }

  #take(line: Line): void {
    if (line.kind === "blame") this.#blame(line.what);
    else if (line.kind === "began") this.#begin(line);
    else if (line.kind === "entries") this.#see(line);
    else this.#takeCursor(line);
  }

  #begin({ run, epoch }: Line & { readonly kind: "began" }): void {
    if (this.#begun.has(epoch)) this.#blame(`the generator of ${run} ran a second time`);
    this.#begun.add(epoch);
  }

  #takeCursor(line: Exclude<Line, { readonly kind: "blame" | "began" | "entries" }>): void {
    const { topic } = line;
    const cursor = formatCursor(line.cursor);
    if (line.kind === "lost") return void this.#lose(topic, cursor);
    this.#place(topic, cursor);
    if (line.kind === "oldest") this.#drop(topic, cursor);
    if (line.kind === "first") this.#drop(topic, this.#topicOf(topic).seen.get(cursor)?.before);
    if (line.kind === "saved" && !this.history.savedAt(cursor).length) this.history.save(line.cursor, line.data);
  }

  #lose(topic: string, head: string): void {
    const known = this.#topicOf(topic);
    known.next.delete(head);
    known.head = head;
    const oldest = this.history.oldestKnown(topic) ?? beginning(head);
    this.history.turn(topic, placeOf(oldest), placeOf(head));
    this.history.lives++;
  }

  #see({ by, topic, before: first, entries }: Line & { readonly kind: "entries" }): void {
    const { seen, next, unplaced } = this.#topicOf(topic);
    let before = first && formatCursor(first);
    for (const entry of entries) {
      const cursor = formatCursor(entry.cursor);
      const known = seen.get(cursor);
      if (known) {
        const isSame = known.entry.data === entry.data && known.entry.type === entry.type;
        if (!isSame || (before !== undefined && known.before !== before))
          this.#blame(
            `one saw ${cursor} of ${topic} after ${known.before}, and another one by a ${by} after ${before}`,
          );
      } else if (before === undefined) unplaced.add(cursor);
      else {
        const rival = next.get(before);
        if (rival !== undefined) this.#blame(`${topic} goes on after ${before} at ${rival}, and at ${cursor}`);
        seen.set(cursor, { before, entry });
        next.set(before, cursor);
        unplaced.add(cursor);
      }
      before = cursor;
    }
    this.#advance(topic);
  }

  /** Adds to the history what follows from its end. */
  #advance(topic: string): void {
    const known = this.#topicOf(topic);
    for (;;) {
      const [start] = known.seen.keys();
      const head = known.head ?? (start === undefined ? undefined : beginning(start));
      const cursor = head === undefined ? undefined : known.next.get(head);
      const seen = cursor === undefined ? undefined : known.seen.get(cursor);
      if (!cursor || !seen) return;
      if (known.head === undefined) this.#drop(topic, head);
      this.history.add(topic, placeOf(seen.before), [seen.entry]);
      known.head = cursor;
      known.unplaced.delete(cursor);
    }
  }

  /** Somebody has seen this cursor. */
  #place(topic: string, cursor: string): void {
    const { seen, unplaced, head } = this.#topicOf(topic);
    const isKnown = cursor === head || seen.has(cursor);
    if (!isKnown && offsetOf(cursor) > 0) unplaced.add(cursor);
  }

  #drop(topic: string, cursor: string | undefined): void {
    if (cursor === undefined) return;
    const known = this.history.oldestKnown(topic);
    if (known === undefined || epochOf(known) !== epochOf(cursor) || offsetOf(known) < offsetOf(cursor))
      this.history.drop(topic, placeOf(cursor));
  }

  #topicOf(name: string): Topic {
    const topic = this.#topics.get(name) ?? { head: undefined, seen: new Map(), next: new Map(), unplaced: new Set() };
    this.#topics.set(name, topic);
    return topic;
  }
}
