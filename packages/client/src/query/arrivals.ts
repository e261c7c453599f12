import type { Query, QueryClient } from "@tanstack/query-core";
import type { Dehydrated } from "./dehydrated.js";
import { leadOf, type SeedFrame, seededSource } from "./seeded-source.js";
import type { ViewSource } from "./view.js";

interface Arrival {
  /** As it was decoded. */
  readonly data: unknown;
  readonly from: Dehydrated;
}

/**
 * Views of one page have their data within so many milliseconds. A cache that is kept also has some that were shown long before: to go
 * back to their cursors would cost the others what they have.
 */
const oneRender = 30_000;

/** What came of views with pages and hasn't been started from. */
export interface Arrivals {
  note(from: Dehydrated, data: unknown): void;
  /**
   * The source that a view starts from if a page brought what its query shows; each is given out once. `null`: no subscription can go on
   * from it.
   */
  take(client: QueryClient, query: Query, source: ViewSource): ViewSource | null | undefined;
  /**
   * What a page brought of a query that shows it still, whether anybody has looked at that or not. `undefined` if the data is known to be
   * that of a later cursor.
   */
  shown(query: Query, cursor: string | undefined): Dehydrated | undefined;
}

export function createArrivals(): Arrivals {
  const all = new Map<string, Arrival>();
  const started = new WeakMap<Query, Arrival>();
  return {
    note(from, data) {
      all.set(JSON.stringify(from.key), { data, from });
    },
    take(client, query, source) {
      if (all.size === 0) return undefined;
      const name = JSON.stringify(query.queryKey);
      const arrival = all.get(name);
      all.delete(name);
      if (!arrival || arrival.data !== query.state.data) return undefined;
      // TanStack built it without the view's options, and so to be kept for longer.
      if (source.kind.view !== "state" && query.options.gcTime !== undefined) query.gcTime = query.options.gcTime;
      const { data, from } = arrival;
      const frame = frameOf(from);
      if (!frame) return null;
      const { connection } = source.internals.shared(source.input);
      const reached = connection.cursor();
      // The subscription is open, and further than the data, or may be.
      if (connection.status !== "closed" && (reached === undefined || leadOf(frame.id, reached) < 0)) return null;
      started.set(query, arrival);
      const since = query.state.dataUpdatedAt - oneRender;
      const isRecent = ({ key }: Dehydrated) => (client.getQueryState(key)?.dataUpdatedAt || Infinity) > since;
      return seededSource(source, { data, cursor: frame.id, frame: earliest(frame, besides(from, isRecent)) });
    },
    shown(query, cursor) {
      const both = [started.get(query), all.get(JSON.stringify(query.queryKey))];
      const from = both.find((arrival) => arrival?.data === query.state.data)?.from;
      const frame = from && frameOf(from);
      return frame && leadOf(frame.id, cursor) >= 0 ? from : undefined;
    },
  };

  function besides(from: Dehydrated, isRecent: (other: Dehydrated) => boolean): readonly Dehydrated[] {
    const topic = topicOf(from);
    return [...all.values()]
      .map((arrival) => arrival.from)
      .filter((other) => topicOf(other) === topic && isRecent(other));
  }
}

/** Names the subscription: the key without the view. */
const topicOf = ({ key }: Dehydrated): string => JSON.stringify(key.slice(0, 4));

/**
 * Views of one subscription that were rendered one after another are from different places. It starts at the first of them, and the
 * others pass over what they have.
 */
const earliest = (own: SeedFrame, others: readonly Dehydrated[]): SeedFrame =>
  others
    .map(frameOf)
    .reduce<SeedFrame>((first, other) => (other && leadOf(first.id, other.id) > 0 ? other : first), own);

/** `undefined` without a cursor, or, if the contract declares state, without that. */
function frameOf({ key, cursor, version, data, state }: Dehydrated): SeedFrame | undefined {
  if (typeof cursor !== "string") return undefined;
  if (version === undefined) return { kind: "at", id: cursor };
  const shown = key[4] === "state" ? data : state;
  return shown === undefined ? undefined : { kind: "snapshot", id: cursor, data: JSON.stringify(shown) };
}
