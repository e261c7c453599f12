import type { SkippedEvent } from "./client-options.js";

/** What a client does without an `onSkippedEvent`: it warns, once for each event type, so that a burst of them floods nobody. */
export function createSkippedPrinter(): (event: SkippedEvent) => void {
  const told = new Set<string>();
  return ({ path, type, error }) => {
    const name = `${path} ${type}`;
    if (told.has(name)) return;
    told.add(name);
    const why = error === undefined ? "the contract at hand doesn't know it" : "its data doesn't fit the contract";
    console.warn(`[sluice] An event "${type}" of ${path} was passed over: ${why}. onSkippedEvent hears of all.`);
  };
}
