import { epochOf, type History, type Recorded } from "./history.js";
import type { Kind } from "./kinds.js";

// What is asked of a run, and what logs say of runs (PROTOCOL §9.4), whatever process they were in.

export interface Prompt {
  readonly run: string;
  readonly prompt: string;
}

export const promptOf = ({ input }: Kind): Prompt | undefined =>
  input && "prompt" in input ? (input as unknown as Prompt) : undefined;

/** What the run that a topic's life began with was asked. */
export const promptIn = (history: History, epoch: string | undefined): Prompt | undefined => {
  const first = history.first(epoch);
  return first && begunBy(first);
};

/** Whether a run was ever begun with another prompt. */
export const wasBegunOtherwise = (history: History, { run, prompt }: Prompt): boolean =>
  [...history.beginnings].map(begunBy).some((begun) => begun?.run === run && begun.prompt !== prompt);

/** Runs that were begun more often than they were asked for: who has lost a part of one doesn't begin it anew. */
export function begunUnasked(history: History, asked: ReadonlyMap<string, number>): string[] {
  const begun = [...history.beginnings].flatMap((first) => begunBy(first)?.run ?? []);
  return [...asked]
    .filter(([run, times]) => begun.filter((each) => each === run).length > times)
    .map(([run, times]) => `${run} was begun more often than the ${times} times that it was asked for`);
}

const begunBy = ({ type, data }: Recorded): Prompt | undefined =>
  type === "$start" ? JSON.parse(JSON.parse(data)) : undefined;

/** How a run ended, if nothing that was to be told follows a place in its log. */
export function endAfter(history: History, place: string): string | undefined {
  const all = history.upTo(history.last(epochOf(place))?.cursor ?? "");
  const end = all.find((entry) => endOf(entry) !== undefined);
  return end && history.follows(place, end.cursor, () => true) ? endOf(end) : undefined;
}

export const endOf = ({ type, data }: Recorded): string | undefined =>
  type === "$end" ? "end" : type === "$error" ? JSON.parse(data).code : undefined;

/** Says that somebody is attached to a run; it may come after the run's end. */
export const isSign = (type: string) => type === "$attached";
