/** Returns a number from 0 (inclusive) to 1 (exclusive), like `Math.random`. */
export type Random = () => number;

/** How often the chain looks at one word instead of two. A higher value rambles, a lower value recites. */
const leapChance = 0.08;
const maxSentence = 42;
const candidates = 200;

/** A minimal language model: it knows which words followed two words, and which followed one. */
export class MarkovChain {
  readonly #followers = new Map<string, string[]>();

  constructor(sentences: readonly (readonly string[])[]) {
    for (const words of sentences) {
      let [before, last] = ["", ""];
      // The empty word marks both ends of a sentence.
      for (const word of [...words, ""]) {
        this.#learn(`${before} ${last}`, word);
        if (last !== "") this.#learn(last, word);
        [before, last] = [last, word];
      }
    }
  }

  /** Returns the sentence that matches the topics best, out of many; none if all of them are taken. */
  sentence(topics: readonly string[], random: Random, isTaken: (sentence: string) => boolean): string[] {
    let best: string[] = [];
    let bestScore = -1;
    for (let tried = 0; tried < candidates; tried++) {
      const words = this.#randomSentence(random);
      const text = words.join(" ");
      if (words.length < 5 || words.length >= maxSentence || isTaken(text)) continue;
      const score = topics.filter((topic) => text.toLowerCase().includes(topic)).length;
      if (score > bestScore) [best, bestScore] = [words, score];
    }
    return best;
  }

  #randomSentence(random: Random): string[] {
    const words: string[] = [];
    let [before, last] = ["", ""];
    while (words.length < maxSentence) {
      const key = last !== "" && random() < leapChance ? last : `${before} ${last}`;
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

/** The words that carry the meaning of a prompt, without a plural ending. */
export const topicsOf = (prompt: string) =>
  (prompt.toLowerCase().match(/\p{L}{4,}/gu) ?? [])
    .filter((word) => !fillers.has(word))
    .map((word) => word.replace(/s$/, ""));

const fillers = new Set(
  "about does from have know many tell that their there they this were what when which with".split(" "),
);
