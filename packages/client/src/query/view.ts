import type { AnySubscription, EventOf } from "@sluice/contract";
import type { SubscriptionInternals } from "../procedure/procedure.js";

/** An event, whatever contract it is of. */
export type AnyEvent = EventOf<AnySubscription>;

/** What is made of a subscription's events. */
export type ViewKind =
  | { readonly view: "state" }
  | { readonly view: "latest" }
  | { readonly view: "list"; readonly size: number }
  | { readonly view: "fold"; readonly key: string; readonly initial: unknown; readonly step: FoldStep };

export type FoldStep = (value: unknown, event: AnyEvent) => unknown;

/** All that a view is made from: whose events, and what to make of them. */
export interface ViewSource {
  readonly internals: SubscriptionInternals<AnySubscription>;
  readonly input: unknown;
  readonly kind: ViewKind;
}

/** A view as it stands in a query key: two views with the same name are the same view. */
export type ViewName = "state" | "latest" | { readonly list: number } | { readonly fold: string };

export function viewName(kind: ViewKind): ViewName {
  if (kind.view === "list") return { list: kind.size };
  if (kind.view === "fold") return { fold: kind.key };
  return kind.view;
}
