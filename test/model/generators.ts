import { once } from "node:events";
import { turns } from "../conformance/turns.js";
import { epochOf, type History, type Recorded } from "./history.js";
import { isTally, runTopic } from "./kinds.js";
import { endOf, isSign, type Prompt } from "./runs.js";

/** The generators of one server. */
export interface ServerGenerators {
  /** The procedure's generator. */
  generate(
    input: Prompt,
    signal: AbortSignal,
    failed: () => Error,
  ): AsyncGenerator<{ readonly type: "item"; readonly data: { readonly n: number; readonly pad: string } }>;
  /** Its process is gone. */
  kill(): void;
}

interface Begun extends Prompt {
  readonly epoch: string;
  readonly yielded: number[];
  isOver: boolean;
  /** Its server was killed: whoever asks for it next ends it. */
  isKilled: boolean;
}

/** The generators that run detached from connections, checked against the logs of their topics. */
export class Generators {
  readonly #history: History;
  readonly #blame: (what: string) => void;
  readonly #random: () => number;
  readonly #onBegin: (run: string, epoch: string) => void;
  readonly #catchUp: ((topic: string) => Promise<void>) | undefined;
  readonly #all: Begun[] = [];
  #living: Begun[] = [];
  /** Logs were lost before. */
  #isReplaced = false;

  /**
   * @param onBegin called for each generator that begins, with the life of its topic
   * @param catchUp brings what history has of a topic up to its end. Default: it has everything
   */
  constructor(
    history: History,
    random: () => number,
    blame: (what: string) => void,
    onBegin: (run: string, epoch: string) => void = () => {},
    catchUp?: (topic: string) => Promise<void>,
  ) {
    this.#history = history;
    this.#onBegin = onBegin;
    this.#catchUp = catchUp;
    this.#random = random;
    this.#blame = blame;
  }

  get running(): number {
    return this.#living.filter(({ isOver, isKilled }) => !isOver && !isKilled).length;
  }

  /** Those of a server that starts. */
  server(): ServerGenerators {
    const own: Begun[] = [];
    let isGone = false;
    return {
      generate: (input, signal, failed) =>
        this.#generate(input.run, () => this.#begin(input, own, isGone), signal, failed),
      kill: () => {
        isGone = true;
        // Whatever a generator yielded last, and its end, may not be written yet when it is over.
        for (const begun of own) begun.isKilled ||= !begun.isOver || this.#endOf(begun) === undefined;
      },
    };
  }

  async *#generate(run: string, begin: () => Begun, signal: AbortSignal, failed: () => Error) {
    await this.#catchUp?.(runTopic(run)); // where the answer to its start was lost, nobody has told of it
    const begun = begin();
    const isLong = isTally(begun.run);
    const length = isLong ? 230 + Math.floor(this.#random() * 200) : 5 + Math.floor(this.#random() * 30);
    const outcome = this.#random();
    try {
      for (let n = 1; n <= length; n++) {
        if (!isLong || n % 40 === 0) await turns(1 + Math.floor(this.#random() * 12));
        if (signal.aborted || begun.isKilled) return;
        begun.yielded.push(n);
        yield { type: "item" as const, data: { n, pad: "" } };
      }
      if (outcome < 0.2) throw failed();
      // Some stay silent and keep running: they end when all clients have left for good.
      if (outcome > 0.6 && !signal.aborted) await once(signal, "abort");
    } finally {
      begun.isOver = true;
    }
  }

  /** Records that their logs are lost, and the processes that they ran in have died. */
  forget(): void {
    this.#isReplaced = true;
    this.#living = [];
  }

  /** The runs whose logs don't have exactly their yields, in order, between one start and one end. */
  wrong(): string[] {
    return this.#living.flatMap((begun) => {
      const { run, prompt, yielded, isKilled } = begun;
      const [first, ...entries] = this.#entriesOf(begun);
      const told = entries.filter(({ n }) => n !== undefined).map(({ n }) => n);
      const end = this.#endOf(begun);
      const ends = end === undefined && isKilled ? 0 : 1;
      const isWhole =
        first?.type === "$start" && (ends === 0 || end !== undefined) && told.length === entries.length - ends;
      const isPrefix = told.every((n, i) => n === yielded[i]) && told.length <= yielded.length;
      const isAll = isKilled || end === "interrupted" || told.length === yielded.length;
      return isWhole && isPrefix && isAll
        ? []
        : [
            `${run} (${prompt}) yielded ${yielded}, and its log has ${told}, ${end} among ${entries.length + 1} entries`,
          ];
    });
  }

  #entriesOf({ epoch }: Begun): Recorded[] {
    return this.#history.upTo(this.#history.last(epoch)?.cursor ?? "").filter(({ type }) => !isSign(type));
  }

  #endOf(begun: Begun): string | undefined {
    const last = this.#entriesOf(begun).at(-1);
    return last && endOf(last);
  }

  /** @param isKilled what a killed server began to do may still come so far here */
  #begin({ run, prompt }: Prompt, own: Begun[], isKilled: boolean): Begun {
    const head = this.#history.head(runTopic(run)) ?? "";
    const epoch = epochOf(head) ?? "";
    const begun: Begun = { run, prompt, epoch, yielded: [], isOver: false, isKilled };
    own.push(begun);
    // A server whose log was replaced may begin a run in the old one, before it dies: the new one has no start of it.
    if (this.#isReplaced && this.#history.upTo(head).length === 0) return begun;
    if (this.#all.some((begun) => begun.epoch === epoch)) this.#blame(`the generator of ${run} ran a second time`);
    this.#onBegin(run, epoch);
    this.#all.push(begun);
    this.#living.push(begun);
    return begun;
  }
}
