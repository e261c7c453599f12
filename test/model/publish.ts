import type { Publish, Published } from "@sluice/server";
import { contract } from "./contract.js";
import type { Publication } from "./publications.js";

/** Publishes numbers as whoever has this function publishes, the last of them with marks. */
export function publishNumbers(
  publish: Publish,
  { kind, numbers, padding, key }: Omit<Publication, "cursor">,
  marks?: (number | undefined)[],
): Promise<Published> {
  const events = numbers.map((n, i) => ({
    type: "item" as const,
    data: { n, pad: padding, ...(marks && i === numbers.length - 1 && { marks }) },
  }));
  const group = contract[kind.group] as unknown as Record<string, typeof contract.feed.head>;
  const procedure = group[kind.leaf] as typeof contract.feed.head;
  return publish(procedure, kind.input as undefined, events, key === undefined ? {} : { idempotencyKey: key });
}
