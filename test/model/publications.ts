import type { Published } from "@sluice/server";
import { versionAt } from "./board.js";
import type { DocEvent } from "./doc.js";
import type { Edition } from "./edition.js";
import { epochOf, type History } from "./history.js";
import type { Kind } from "./kinds.js";

/** A publish and its answer. */
export interface Publication {
  readonly kind: Kind;
  readonly numbers: readonly number[];
  readonly padding: string;
  readonly key: string | undefined;
  /** The event type of the numbers, as a change to a document. */
  readonly act: DocEvent;
  /** The acknowledged cursor; `undefined` without an acknowledgement. */
  cursor?: string;
  /** Whether its last attempt was refused for a valid reason. */
  isRefused?: boolean;
}

/** The options of a publish. */
export interface Plan {
  /** Default: none. */
  readonly padding?: string;
  /** Whether it may be retried. Default: false. */
  readonly isKeyed?: boolean;
  /** Default: `item`. */
  readonly act?: DocEvent;
}

/** Everything that was published and acknowledged, checked against history. */
export class Publications {
  readonly all: Publication[] = [];
  readonly #history: History;
  #n = 0;

  constructor(history: History) {
    this.#history = history;
  }

  plan(kind: Kind, count: number, { padding = "", isKeyed = false, act = "item" }: Plan = {}): Publication {
    const numbers = Array.from({ length: count }, () => ++this.#n);
    const publication = { kind, numbers, padding, act, key: isKeyed ? `key ${this.#n}` : undefined };
    this.all.push(publication);
    return publication;
  }

  /** Checks that an acknowledgement is already true. */
  acknowledge(publication: Publication, { cursor, duplicate }: Published, edition: Edition): string | undefined {
    const { numbers, kind, cursor: first } = publication;
    if (duplicate && first !== undefined && first !== cursor) {
      return `a retried publish of ${numbers} was answered ${cursor}, and first ${first}`;
    }
    publication.cursor = cursor;
    publication.isRefused = false;
    const told = this.#history.upTo(cursor).slice(-numbers.length);
    const version = kind.fold && versionAt(this.#history, cursor);
    if (!duplicate && version !== undefined && version !== edition.version) {
      return `a publish of ${numbers} by a contract of version ${edition.version} is in ${kind.topic} as of ${version}`;
    }
    if (!duplicate && kind.statesAt?.(this.#history, cursor, edition.version).length === 0) {
      return `a publish of ${numbers} to ${kind.name} was appended up to ${cursor}, where it doesn't fold`;
    }
    if (told.map(({ n }) => n).join() === numbers.join()) return undefined;
    return `a publish of ${numbers} was answered ${cursor}, where there is ${told.map(({ n }) => n)}`;
  }

  /** The acknowledged publishes that a topic's history, up to its head, does not contain exactly once and completely. */
  wrong(topic: string): string[] {
    const head = this.#history.head(topic);
    if (head === undefined) return [];
    const place = new Map<number | undefined, string>();
    const complaints: string[] = [];
    for (const { n, cursor } of this.#history.upTo(head)) {
      if (place.has(n)) complaints.push(`${n} is at ${place.get(n)} and at ${cursor} of ${topic}`);
      place.set(n, cursor);
    }
    for (const { kind, numbers, cursor, isRefused } of this.all) {
      if (isRefused && kind.topic === topic && cursor === undefined && numbers.some((n) => place.has(n)))
        complaints.push(`${numbers} was refused, and is in ${topic}`);
      if (kind.topic !== topic || cursor === undefined || epochOf(cursor) !== epochOf(head)) continue;
      if (!this.#history.isPast(cursor, head))
        complaints.push(`${numbers}, acknowledged at ${cursor}, is not in ${topic}`);
    }
    return complaints;
  }

  /** A failover or a fresh start lost these, which is allowed. */
  forget(isLost: (publication: Publication) => boolean): void {
    for (const publication of this.all) if (isLost(publication)) delete publication.cursor;
  }
}
