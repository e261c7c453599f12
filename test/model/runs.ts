import { epochOf, type History, type Recorded } from "./history.js";
import type { Kind } from "./kinds.js";

// The prompts of runs, and the runs' entries in logs (PROTOCOL §9.4).

export interface Prompt {
  readonly run: string;
  readonly prompt: string;
}

export const promptOf = ({ input }: Kind): Prompt | undefined =>
  input && "prompt" in input ? (input as unknown as Prompt) : undefined;

/** The prompt of the run that began a topic's life. */
export const promptIn = (history: History, epoch: string | undefined): Prompt | undefined => {
  const first = history.first(epoch);
  return first && begunBy(first);
};

/** Whether a run was ever started with another prompt. */
export const wasBegunOtherwise = (history: History, { run, prompt }: Prompt): boolean =>
  [...history.beginnings].map(begunBy).some((begun) => begun?.run === run && begun.prompt !== prompt);

/** Runs that were started more often than requested: a client that has a part of a run doesn't start it again. */
export function begunUnasked(history: History, asked: ReadonlyMap<string, number>): string[] {
  const begun = [...history.beginnings].flatMap((first) => begunBy(first)?.run ?? []);
  return [...asked]
    .filter(([run, times]) => begun.filter((each) => each === run).length > times)
    .map(([run, times]) => `${run} was begun more often than the ${times} times that it was asked for`);
}

const begunBy = ({ type, data }: Recorded): Prompt | undefined =>
  type === "$start" ? JSON.parse(JSON.parse(data)) : undefined;

/** How a run ended, if no event follows a cursor in its log. */
export function endAfter(history: History, place: string): string | undefined {
  const all = history.upTo(history.last(epochOf(place))?.cursor ?? "");
  const end = all.find((entry) => endOf(entry) !== undefined);
  return end && history.follows(place, end.cursor, () => true) ? endOf(end) : undefined;
}

export const endOf = ({ type, data }: Recorded): string | undefined =>
  type === "$end" ? "end" : type === "$error" ? JSON.parse(data).code : undefined;

/** Marks that a run has a client. It may follow the run's end. */
export const isSign = (type: string) => type === "$attached";
