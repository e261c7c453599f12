import type { Retention } from "@sluice/server";
import type { Recorded } from "./history.js";
import type { Served } from "./ledger.js";

export type StateTtls = Readonly<Record<string, Pick<Retention, "stateTtl">>>;

/** Retention by path: some topics with state have a stateTtl. */
export function someStateTtls(random: () => number): StateTtls {
  const mortal = ["state/folded", "state/own"].filter(() => random() < 0.6);
  return Object.fromEntries(mortal.map((path) => [path, { stateTtl: 200 + Math.floor(random() * 600) }]));
}

export interface NewLife {
  readonly topic: string;
  /** The last entry of the previous life. */
  readonly last: Recorded | undefined;
  readonly stateTtls: StateTtls;
  /** The log's current time. */
  readonly now: number;
  /** The currently open subscriptions. */
  readonly open: readonly Served[];
}

/** What is wrong with a topic's new life, if anything (PROTOCOL §8). */
export function complaintOfNewLife({ topic, last, stateTtls, now, open }: NewLife): string | undefined {
  const quiet = last ? now - last.time : 0;
  const { stateTtl = Number.POSITIVE_INFINITY } = stateTtls[topic.split("?", 1)[0] as string] ?? {};
  if (quiet < stateTtl)
    return `${topic} was forgotten ${quiet} ms after ${last?.cursor}, where ${stateTtl} are promised`;
  const reader = open.find(({ credentials }) => credentials.topic === topic);
  return reader && `${topic} was forgotten while ${reader.credentials.session} was subscribed to it`;
}
