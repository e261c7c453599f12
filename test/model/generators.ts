import { once } from "node:events";
import { turns } from "../conformance/turns.js";
import { epochOf, type History } from "./history.js";
import { isTally, runTopic } from "./kinds.js";
import { endOf, isSign, type Prompt } from "./runs.js";

interface Begun extends Prompt {
  readonly epoch: string;
  readonly yielded: number[];
  isOver: boolean;
}

/** The generators that run detached from connections, checked against the logs of their topics. */
export class Generators {
  readonly #history: History;
  readonly #blame: (what: string) => void;
  readonly #random: () => number;
  readonly #all: Begun[] = [];
  #living: Begun[] = [];

  constructor(history: History, random: () => number, blame: (what: string) => void) {
    this.#history = history;
    this.#random = random;
    this.#blame = blame;
  }

  get running(): number {
    return this.#living.filter(({ isOver }) => !isOver).length;
  }

  /** The procedure's generator. */
  async *generate(input: Prompt, signal: AbortSignal, failed: () => Error) {
    const begun = this.#begin(input);
    const isLong = isTally(input.run);
    const length = isLong ? 230 + Math.floor(this.#random() * 200) : 5 + Math.floor(this.#random() * 30);
    const outcome = this.#random();
    try {
      for (let n = 1; n <= length; n++) {
        if (!isLong || n % 40 === 0) await turns(1 + Math.floor(this.#random() * 12));
        if (signal.aborted) return;
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
    this.#living = [];
  }

  /** The runs whose logs don't have exactly their yields, in order, between one start and one end. */
  wrong(): string[] {
    return this.#living.flatMap(({ run, epoch, prompt, yielded }) => {
      const [first, ...entries] = this.#history
        .upTo(this.#history.last(epoch)?.cursor ?? "")
        .filter(({ type }) => !isSign(type));
      const told = entries.filter(({ n }) => n !== undefined).map(({ n }) => n);
      const last = entries.at(-1);
      const end = last && endOf(last);
      const isWhole = first?.type === "$start" && end !== undefined && told.length === entries.length - 1;
      const isPrefix = told.every((n, i) => n === yielded[i]) && told.length <= yielded.length;
      const isAll = end === "interrupted" || told.length === yielded.length;
      return isWhole && isPrefix && isAll
        ? []
        : [
            `${run} (${prompt}) yielded ${yielded}, and its log has ${told}, ${end} among ${entries.length + 1} entries`,
          ];
    });
  }

  #begin({ run, prompt }: Prompt): Begun {
    const epoch = epochOf(this.#history.head(runTopic(run)) ?? "") ?? "";
    if (this.#all.some((begun) => begun.epoch === epoch)) this.#blame(`the generator of ${run} ran a second time`);
    const begun = { run, prompt, epoch, yielded: [], isOver: false };
    this.#all.push(begun);
    this.#living.push(begun);
    return begun;
  }
}
