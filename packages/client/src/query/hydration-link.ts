import type { Query, QueryClient } from "@tanstack/query-core";
import type { ViewSource } from "./view.js";

/** What hydration needs of a view; see `LiveView`. */
export interface AdoptableView {
  readonly query: Query;
  readonly source: ViewSource;
  readonly isStarted: boolean;
  readonly isReady: boolean;
  start(from?: ViewSource): void;
  stop(): void;
  flush(): void;
  fetch(): Promise<unknown>;
}

/** What views ask of `hydration`, if their QueryClient has its options. */
export interface HydrationLink {
  /** The view as it is in a page that is rendered, or that was. */
  adopt<View extends AdoptableView>(client: QueryClient, view: View): View;
}

const link = Symbol("sluice");

type Linked = ((given: unknown) => unknown) & { [link]?: HydrationLink };

/** Views find the link by an option's function, so whoever has no `hydration` has none of its code. */
export const linkTo = (deserializeData: Linked, to: HydrationLink): Linked =>
  Object.assign(deserializeData, { [link]: to });

export const hydrationOf = (client: QueryClient): HydrationLink | undefined =>
  (client.getDefaultOptions().hydrate?.deserializeData as Linked | undefined)?.[link];
