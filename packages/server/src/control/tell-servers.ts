import { type Log, LogError } from "@sluice/log";
import { afterTurn } from "../time/after-turn.js";
import { orUnavailable } from "./or-unavailable.js";
import { type ControlWord, controlTopic, encodeWord, wordOptions } from "./words.js";

/** How often a word is appended whose append the store doesn't answer. */
const attempts = 3;

/**
 * Tells all servers on the log a word. Resolves when it is in the log, and servers in this process have obeyed it if the
 * log is in memory.
 *
 * @throws SluiceError `unavailable` if the store can't be reached.
 */
export async function tellServers(log: Log, word: ControlWord): Promise<void> {
  const message = "Other servers may not have been told, because the log can't be reached; repeat the call";
  await orUnavailable(append(log, word), message);
  await new Promise<void>(afterTurn);
}

async function append(log: Log, word: ControlWord): Promise<void> {
  const options = { ...wordOptions, idempotencyKey: `$${word.kind}/${crypto.randomUUID()}` };
  for (let attempt = 1; ; attempt++) {
    try {
      await log.append(controlTopic, [encodeWord(word)], options);
      return;
    } catch (error) {
      if (!LogError.is(error) || error.code !== "unknown" || attempt === attempts) throw error;
    }
  }
}
