import type { WaitingAppends } from "./client/appends.js";

/** Where a topic is kept. */
export interface TopicKeys {
  /** `M`, from which scripts make the names of the others. See `topic.ts`. */
  readonly key: string;
  /** Where its appends are told. */
  readonly channel: string;
  /** Its appends that wait to be sent. */
  waiting: WaitingAppends | undefined;
}

const mostCached = 10_000;

/** The keys of topics. All keys of a topic have one hash tag, so a cluster keeps them together. */
export class AllTopicKeys {
  readonly #prefix: string;
  readonly #known = new Map<string, TopicKeys>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(topic: string): TopicKeys {
    let known = this.#known.get(topic);
    if (!known) {
      if (this.#known.size >= mostCached) this.#known.clear();
      known = this.#make(topic);
      this.#known.set(topic, known);
    }
    return known;
  }

  /** Keys that a cluster would have in two slots, of no topic. */
  ofTwoSlots(): string[] {
    return ["a", "b"].map((tag) => `${this.#prefix}:{${tag}}:none`);
  }

  /** How the names of all that a topic has begin. */
  startOf(topic: string): string {
    return `${this.#prefix}:{${tagOf(topic)}}:${topic}:`;
  }

  #make(topic: string): TopicKeys {
    const start = this.startOf(topic);
    return { key: `${start}m`, channel: `${start}c`, waiting: undefined };
  }
}

/** FNV-1a. The topic itself can't be the tag: it may contain braces. */
function tagOf(topic: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < topic.length; i += 1) hash = Math.imul(hash ^ topic.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
