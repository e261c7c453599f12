import type { GetTopic, Published } from "@sluice/server";
import { type Contract, contractOf } from "./contract.js";
import type { Edition } from "./edition.js";
import type { Publication } from "./publications.js";

/** A publisher and its contract. */
export interface Voice {
  readonly topic: GetTopic;
  readonly edition: Edition;
  /** Resolves when its process was killed: then it answers nobody. */
  readonly gone?: Promise<void>;
}

/** Publishes numbers with a voice's contract. The last event carries the marks. */
export function publishNumbers(
  { topic, edition }: Omit<Voice, "gone">,
  { kind, numbers, padding, key, act }: Omit<Publication, "cursor">,
  marks?: (number | undefined)[],
): Promise<Published> {
  const typeOf = (n: number) => (kind.group === "board" ? edition.typeOf(n) : act) as "item";
  const events = numbers.map((n, i) => ({
    type: typeOf(n),
    data: { n, pad: padding, ...(marks && i === numbers.length - 1 && { marks }) },
  }));
  type Feed = Contract["feed"]["head"];
  const group = contractOf(edition)[kind.group] as unknown as Record<string, Feed>;
  const procedure = group[kind.leaf] as Feed;
  return topic(procedure, kind.input as undefined).publish(events, key === undefined ? {} : { idempotencyKey: key });
}
