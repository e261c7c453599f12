import { SluiceError } from "@sluice/client";

/** What may be answered while servers come and go. None of them says that nothing has happened. */
const expected = ["network", "unavailable", "timeout"];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Publishes one post after the other, each again with its key until it is acknowledged. */
export class Publisher {
  acknowledged = 0;
  /** Calls that failed, and were made again. */
  failed = 0;
  readonly problems: string[] = [];
  readonly #post: (n: number) => Promise<unknown>;
  readonly #rest: number;
  #isOver = false;
  readonly #running: Promise<void>;

  /**
   * @param post makes the n-th post, with a key of its own
   * @param rest milliseconds between two posts
   */
  constructor(post: (n: number) => Promise<unknown>, rest: number) {
    this.#post = post;
    this.#rest = rest;
    this.#running = this.#run();
  }

  /** Resolves when its last post is acknowledged. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await this.#persist(this.acknowledged + 1);
      this.acknowledged += 1;
      if (this.#rest > 0) await pause(this.#rest);
    }
  }

  async #persist(n: number): Promise<void> {
    for (;;) {
      try {
        await this.#post(n);
        return;
      } catch (error) {
        this.failed += 1;
        if (!SluiceError.is(error) || !expected.includes(error.code)) this.problems.push(String(error));
        await pause(10);
      }
    }
  }
}
