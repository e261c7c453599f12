import type { AnySubscription, EventOf } from "@sluice/contract";
import type { SubscriptionInternals } from "../procedure/procedure.js";

/** An event of any contract. */
export type AnyEvent = EventOf<AnySubscription>;

/** What a view shows of a subscription. */
export type ViewKind = { readonly seed?: ViewSeed } & (
  | { readonly view: "state" }
  | { readonly view: "latest" }
  | { readonly view: "list"; readonly size: number }
  | { readonly view: "fold"; readonly key: string; readonly initial: unknown; readonly step: FoldStep }
);

/** Data that a view starts with, as it was rendered elsewhere. */
export interface ViewSeed {
  readonly data: unknown;
}

export type FoldStep = (value: unknown, event: AnyEvent) => unknown;

/** What a view is created from. */
export interface ViewSource {
  readonly internals: SubscriptionInternals<AnySubscription>;
  readonly input: unknown;
  readonly kind: ViewKind;
}

/** A view in a query key: views with the same name are the same view. */
export type ViewName = "state" | "latest" | { readonly list: number } | { readonly fold: string };

export function viewName(kind: ViewKind): ViewName {
  if (kind.view === "list") return { list: kind.size };
  if (kind.view === "fold") return { fold: kind.key };
  return kind.view;
}
