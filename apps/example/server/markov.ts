/** Picks from 0 up to, and without, 1, like `Math.random`. */
export type Random = () => number;

/** How often the chain looks at one word instead of two. More often it rambles, less often it recites. */
const leap = 0.08;
const longestSentence = 42;
const candidates = 200;

/** A language model as small as can be: it knows which words followed which two, and which one. */
export class MarkovChain {
  readonly #followers = new Map<string, string[]>();

  constructor(sentences: readonly (readonly string[])[]) {
    for (const words of sentences) {
      let [before, last] = ["", ""];
      // The empty word stands for both ends of a sentence.
      for (const word of [...words, ""]) {
        this.#learn(`${before} ${last}`, word);
        if (last !== "") this.#learn(last, word);
        [before, last] = [last, word];
      }
    }
  }

  /** Of many sentences the one that says most about the topics; none if all that come to it are taken. */
  sentence(topics: readonly string[], random: Random, isTaken: (sentence: string) => boolean): string[] {
    let best: string[] = [];
    let bestScore = -1;
    for (let tried = 0; tried < candidates; tried++) {
      const words = this.#ramble(random);
      const text = words.join(" ");
      if (words.length < 5 || words.length >= longestSentence || isTaken(text)) continue;
      const score = topics.filter((topic) => text.toLowerCase().includes(topic)).length;
      if (score > bestScore) [best, bestScore] = [words, score];
    }
    return best;
  }

  #ramble(random: Random): string[] {
    const words: string[] = [];
    let [before, last] = ["", ""];
    while (words.length < longestSentence) {
      const key = last !== "" && random() < leap ? last : `${before} ${last}`;
      const followers = this.#followers.get(key) ?? [];
      const word = followers[Math.floor(random() * followers.length)] ?? "";
      if (word === "") break;
      words.push(word);
      [before, last] = [last, word];
    }
    return words;
  }

  #learn(key: string, word: string): void {
    const followers = this.#followers.get(key);
    if (followers) followers.push(word);
    else this.#followers.set(key, [word]);
  }
}

/** The words that carry a prompt's meaning, without the plural's end. */
export const topicsOf = (prompt: string) =>
  (prompt.toLowerCase().match(/\p{L}{4,}/gu) ?? [])
    .filter((word) => !fillers.has(word))
    .map((word) => word.replace(/s$/, ""));

const fillers = new Set(
  "about does from have know many tell that their there they this were what when which with".split(" "),
);
