import type { Scripts } from "./scripts.js";

/** A call of the script has at most so many appends and characters: it holds up all that Redis does meanwhile. */
const mostAppends = 128;
const mostLength = 1024 * 1024;

interface Append {
  readonly take: (answer: unknown) => unknown;
  readonly resolve: (appended: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Those of one topic. */
export interface WaitingAppends {
  readonly key: string;
  readonly args: string[];
  readonly appends: Append[];
}

/** A topic, which remembers its own. */
interface Topic {
  readonly key: string;
  waiting: WaitingAppends | undefined;
}

export interface AppendsOptions {
  readonly scripts: Scripts;
  /** Whether one call may have topics of several slots. */
  spansTopics(): boolean;
  /** What an append failed with, though its call did not. */
  errorOf(message: string): unknown;
  /** Watchers were not told of what was appended. */
  onUntold(message: string): void;
}

/** Sends the appends of one turn of the event loop together. Those to one topic keep their order. */
export class Appends {
  readonly #options: AppendsOptions;
  #topics: Topic[] = [];
  #count = 0;
  #length = 0;
  #inFlight = 0;
  #isScheduled = false;

  constructor(options: AppendsOptions) {
    this.#options = options;
  }

  /** @param take reads the script's answer */
  add(topic: Topic, args: readonly string[], take: (answer: unknown) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!topic.waiting) {
        topic.waiting = { key: topic.key, args: [], appends: [] };
        this.#topics.push(topic);
      }
      topic.waiting.appends.push({ take, resolve, reject });
      topic.waiting.args.push(...args);
      for (const { length } of args) this.#length += length;
      this.#count += 1;
      if (this.#count >= mostAppends || this.#length >= mostLength) this.flush();
      else this.#schedule();
    });
  }

  /** Sends what waits, so that nothing overtakes it. */
  flush(): void {
    if (this.#count === 0) return;
    const topics = this.#topics.map(takeWaiting);
    this.#topics = [];
    this.#count = 0;
    this.#length = 0;
    if (this.#options.spansTopics()) void this.#send(topics);
    else for (const topic of topics) void this.#send([topic]);
  }

  /** When nothing is under way, at the end of what runs now; else others come in the same turn, with the answers. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const send = () => {
      this.#isScheduled = false;
      this.flush();
    };
    if (this.#inFlight === 0) process.nextTick(send);
    else setImmediate(send);
  }

  async #send(topics: readonly WaitingAppends[]): Promise<void> {
    const keys = topics.map(({ key }) => key);
    const args = [topics.map((topic) => topic.args.length).join(" ")].concat(...topics.map((topic) => topic.args));
    this.#inFlight += 1;
    let answers: readonly unknown[];
    try {
      answers = (await this.#options.scripts.run("append", keys, args, "write")) as readonly unknown[];
    } catch (error) {
      for (const { appends } of topics) for (const { reject } of appends) reject(error);
      return;
    } finally {
      this.#inFlight -= 1;
    }
    let next = 0;
    for (const { appends } of topics) {
      for (const append of appends) {
        this.#answer(append, answers[next]);
        next += 1;
      }
    }
    if (answers.length > next) this.#options.onUntold((answers[next] as [number, string])[1]);
  }

  #answer({ take, resolve, reject }: Append, answer: unknown): void {
    if (Array.isArray(answer) && answer[0] === -1) reject(this.#options.errorOf(answer[1]));
    else resolve(take(answer));
  }
}

function takeWaiting(topic: Topic): WaitingAppends {
  const waiting = topic.waiting as WaitingAppends;
  topic.waiting = undefined;
  return waiting;
}
