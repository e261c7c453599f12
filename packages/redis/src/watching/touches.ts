/** Milliseconds between two touches of a topic. */
const [shortest, longest] = [50, 10 * 60_000];

interface Touched {
  every: number;
  /** By `performance.now()`. */
  due: number;
  /** Of the topic's life, when it was touched last. Empty: it had none. */
  epoch: string;
}

export interface TouchesOptions {
  touch(topic: string): Promise<[life: number, epoch: string]>;
  /** The topic has another life than before, or none. */
  onLost(topic: string): void;
  readonly life: number;
}

/** Says to Redis, three times in a topic's life, that the topic is watched: otherwise it would be freed in the end. */
export class Touches {
  readonly #options: TouchesOptions;
  readonly #topics = new Map<string, Touched>();
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(options: TouchesOptions) {
    this.#options = options;
  }

  add(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.set(topic, { every: this.#everyOf(this.#options.life), due: 0, epoch: "" });
    void this.#touch(topic);
  }

  /** Its time begins when it is not watched any more. */
  remove(topic: string): void {
    if (this.#topics.delete(topic)) this.#options.touch(topic).catch(() => {});
  }

  /** @param life milliseconds; 0: for ever */
  learn(topic: string, life: number): void {
    const touched = this.#topics.get(topic);
    const every = this.#everyOf(life);
    if (!touched || touched.every === every) return;
    touched.every = every;
    touched.due = Math.min(touched.due, performance.now() + every);
    this.#wakeAt(touched.due);
  }

  /** Touches one topic, and all if it was lost: perhaps Redis was emptied, which it tells nobody. */
  async probe(): Promise<void> {
    const [topic] = this.#topics.keys();
    if (topic !== undefined && (await this.#touch(topic))) await this.touchAll();
  }

  async touchAll(): Promise<void> {
    await Promise.all([...this.#topics.keys()].map((topic) => this.#touch(topic)));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#topics.clear();
  }

  #everyOf(life: number): number {
    return Math.min(longest, Math.max(shortest, Math.floor((life || this.#options.life) / 3)));
  }

  /** Resolves with whether the topic was lost. */
  async #touch(topic: string): Promise<boolean> {
    const touched = this.#topics.get(topic);
    if (!touched) return false;
    touched.due = performance.now() + touched.every;
    this.#wakeAt(touched.due);
    try {
      const [life, epoch] = await this.#options.touch(topic);
      const had = touched.epoch;
      touched.epoch = epoch;
      this.learn(topic, life);
      if (had === "" || had === epoch || this.#topics.get(topic) !== touched) return false;
      this.#options.onLost(topic);
      return true;
    } catch {
      return false; // it is touched again when its time comes, and when Redis is back
    }
  }

  #wakeAt(due: number): void {
    if (due >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = due;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(due - performance.now()))).unref();
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let next = now + longest;
    for (const [topic, touched] of this.#topics) {
      if (touched.due <= now) void this.#touch(topic);
      next = Math.min(next, touched.due);
    }
    if (this.#topics.size > 0) this.#wakeAt(Math.max(next, now + shortest / 2));
  }
}
