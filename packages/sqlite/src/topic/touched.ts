import type { Journal } from "../journal/journal.js";
import type { TopicAppends } from "../journal/journal-row.js";
import { coldValues, goOn, hotValues, isColdSame, isHotSame } from "./row.js";
import type { TopicState } from "./state.js";
import type { Tables } from "./tables.js";
import type { Topic } from "./topic.js";

/** What the file says of a topic, by its row and by the journal, before the transaction. */
export interface Told {
  readonly state: TopicState;
  readonly token: number;
  readonly ends: number;
  readonly isUnwritten: boolean;
}

/** The topics that a transaction may have changed. */
export class Touched {
  readonly #tables: Tables;
  readonly #journal: Journal;
  readonly #topics = new Map<Topic, Told>();

  constructor(tables: Tables, journal: Journal) {
    this.#tables = tables;
    this.#journal = journal;
  }

  /** Before anything changes in it. */
  add(topic: Topic): void {
    if (this.#topics.has(topic)) return;
    const { state, lease } = topic;
    const isUnwritten = state.head.offset === 0;
    this.#topics.set(topic, { state: { ...state }, token: lease.token, ends: lease.ends, isUnwritten });
  }

  has(topic: Topic): boolean {
    return this.#topics.has(topic);
  }

  delete(topic: Topic): void {
    this.#topics.delete(topic);
  }

  get topics(): ReadonlyMap<Topic, Told> {
    return this.#topics;
  }

  /**
   * What the journal has to say of them: what was appended, and names of those whose rows will change.
   *
   * @param moved Those that are moved as a whole: the journal doesn't need what was appended to them.
   */
  news(moved: ReadonlySet<Topic>): { readonly appends: TopicAppends[]; readonly changed: string[] } {
    const appends: TopicAppends[] = [];
    const changed: string[] = [];
    for (const [topic, told] of this.#topics) {
      const added = this.#addedTo(topic);
      if (added) goOn(told.state, added.entries, added.keys);
      if (added && !moved.has(topic)) appends.push(added);
      if (isHotChanged(topic, told) || isColdChanged(topic, told)) changed.push(topic.name);
    }
    return { appends, changed };
  }

  /** Writes the rows that are not as the journal says. */
  save(): void {
    for (const [topic, told] of this.#topics) {
      const { id, state, lease } = topic;
      const isCold = isColdChanged(topic, told);
      if (!isCold && !isHotChanged(topic, told)) continue;
      this.#tables.setHot.run(...hotValues(state), id);
      if (isCold) this.#tables.setCold.run(...coldValues(state, lease), id);
      const { needless } = topic;
      this.#journal.afterCommit(() => this.#journal.drop(id, needless));
    }
  }

  clear(): void {
    this.#topics.clear();
  }

  #addedTo({ id, name }: Topic): TopicAppends | undefined {
    const unmoved = this.#journal.of(id);
    const entries = unmoved?.newEntries ?? [];
    return entries.length === 0 ? undefined : { id, name, entries, keys: unmoved?.newKeys ?? [] };
  }
}

const isHotChanged = ({ state }: Topic, told: Told): boolean =>
  // Those without entries are looked for by their rows.
  !isHotSame(state, told.state) || (told.isUnwritten && state.head.offset > 0);

const isColdChanged = ({ state, lease }: Topic, told: Told): boolean =>
  lease.token !== told.token || lease.ends !== told.ends || !isColdSame(state, told.state);
