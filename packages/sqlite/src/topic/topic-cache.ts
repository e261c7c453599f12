import { toStored } from "../database/text.js";
import type { Journal } from "../journal/journal.js";
import type { JournalRow } from "../journal/journal-row.js";
import { goOn, leaseOf, stateOf } from "./row.js";
import type { TopicContext } from "./state.js";
import { Topic } from "./topic.js";

/** Topics that are kept in memory at most. */
const most = 10_000;

/** Topics by their names. They are kept in memory until another process has changed them. */
export class TopicCache {
  readonly #context: TopicContext;
  readonly #journal: Journal;
  readonly #topics = new Map<string, Topic>();

  constructor(context: TopicContext, journal: Journal) {
    this.#context = context;
    this.#journal = journal;
  }

  add(topic: Topic): void {
    this.#topics.set(topic.name, topic);
  }

  /** The topic as the file has it. */
  get(name: string): Topic | undefined {
    const known = this.#topics.get(name);
    if (known) return known;
    const row = this.#context.tables.topic.all(toStored(name))[0];
    if (!row) return undefined;
    const topic = new Topic(row["id"] as number, name, stateOf(row), leaseOf(row), this.#context);
    this.#readOn(topic);
    this.add(topic);
    return topic;
  }

  /** Takes over what another process has committed. */
  learn({ appends, changed, told }: JournalRow): void {
    for (const { id, name, entries, keys } of appends) {
      const topic = this.#topics.get(name);
      const first = entries[0]?.entry.cursor.offset;
      if (topic?.id !== id || topic.head.offset + 1 !== first) this.forget(name);
      else goOn(topic.state, entries, keys);
    }
    for (const name of told) this.forget(name);
    for (const name of changed) this.forget(name);
  }

  forget(name: string): void {
    const topic = this.#topics.get(name);
    if (!topic) return;
    this.#topics.delete(name);
    this.#context.tables.keys.known.forget(topic.id);
  }

  forgetAll(): void {
    this.#topics.clear();
    this.#context.tables.keys.known.forgetAll();
    this.#context.tables.segments.forget();
  }

  /** Between transactions: forgets them if they are too many. */
  bound(): void {
    if (this.#topics.size > most) this.forgetAll();
  }

  /** The journal has what came after the row. */
  #readOn({ id, state, needless }: Topic): void {
    const unmoved = this.#journal.of(id);
    if (!unmoved) return;
    const { offset } = state.head;
    const keys = unmoved.keys.filter(({ cursor }) => cursor.offset > offset);
    goOn(state, unmoved.between(offset, Number.POSITIVE_INFINITY), keys);
    this.#journal.drop(id, needless);
  }
}
