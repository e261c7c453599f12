import type { Query } from "@tanstack/query-core";
import type { KnownState } from "../subscription/fold.js";
import type { AdoptableView } from "./hydration-link.js";
import { isOverlaid } from "./overlay.js";

/** Where a view's data is from. */
export interface Origin {
  readonly cursor: string | undefined;
  /** What the subscription shows there; see `Fold`. */
  readonly shown: KnownState;
}

export interface Origins {
  /** Notes where the data of a view is from that has been live, once its query has all that has come. */
  note(view: AdoptableView): void;
  /** `undefined` if it isn't known, or the application has set other data. */
  of(query: Query): Origin | undefined;
}

export function createOrigins(): Origins {
  const all = new WeakMap<Query, Origin & { readonly data: unknown }>();
  return {
    note(view) {
      view.flush();
      const { query, source } = view;
      // What a pending mutation shows is nowhere in the topic.
      if (isOverlaid(query)) return void all.delete(query);
      const { connection, shown } = source.internals.shared(source.input);
      all.set(query, { data: query.state.data, cursor: connection.cursor(), shown });
    },
    of(query) {
      const origin = all.get(query);
      return origin && origin.data === query.state.data ? origin : undefined;
    },
  };
}
