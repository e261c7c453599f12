import { setTimeout as sleep } from "node:timers/promises";
import { contract } from "../shared/contract.ts";
import { readSentences } from "./assistant-text.ts";
import { s } from "./implementer.ts";
import { MarkovChain, topicsOf } from "./markov.ts";

const sentences = 9;
const sentencesPerParagraph = 3;

/** Milliseconds per token: reading speed, about 25 tokens a second. */
const pace = (token: string) => (token.endsWith(".") ? 150 : 20 + Math.random() * 30);

export function assistant() {
  const model = new MarkovChain(readSentences());
  return {
    complete: s.assistant.complete.stream(
      // Runs once, for all subscribers. If somebody stops it, or nobody is subscribed for a minute, the signal aborts.
      async function* ({ input: { prompt }, signal }) {
        const start = performance.now();
        let tokens = 0;
        let stopped = false;
        for (const token of answer(model, prompt)) {
          stopped = await sleep(pace(token), false, { signal }).catch(() => true);
          if (stopped) break;
          tokens++;
          yield { type: "token", data: token };
        }
        yield { type: "done", data: { tokens, ms: Math.round(performance.now() - start), stopped } };
      },
      { resumable: true, abandonAfter: 60_000 },
    ),
    stop: s.assistant.stop.handler(async ({ input, topic }) => {
      await topic(contract.assistant.complete, input).stop();
    }),
  };
}

/** Each word is a token, with the space before it. */
function* answer(model: MarkovChain, prompt: string): Generator<string> {
  const topics = topicsOf(prompt);
  const said = new Set<string>();
  for (let count = 0; count < sentences; count++) {
    const words = model.sentence(topics, Math.random, (sentence) => said.has(sentence));
    said.add(words.join(" "));
    const lead = count === 0 ? "" : count % sentencesPerParagraph === 0 ? "\n\n" : " ";
    for (const [index, word] of words.entries()) yield `${index === 0 ? lead : " "}${word}`;
  }
}
