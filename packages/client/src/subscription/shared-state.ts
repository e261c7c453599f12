import type { SluiceError } from "@sluice/contract";

/** A pending request for a fresh snapshot. */
export interface Resync {
  readonly answer: Promise<void>;
  settle(error?: SluiceError): void;
}

export type SharedState =
  /** No subscribers; nothing is kept. */
  | { readonly kind: "idle"; readonly resync?: undefined }
  /** A lane is open for the subscribers. With `resync`, a fresh snapshot is awaited. */
  | { readonly kind: "open"; readonly resync: Resync | undefined }
  /** The last subscriber has left; the lane stays open for a while. */
  | { readonly kind: "lingering"; readonly resync: Resync | undefined }
  /** It ended, or failed if there is an error. New subscribers are told so. Cursor and state are kept for a resync. */
  | { readonly kind: "over"; readonly error: SluiceError | undefined; readonly resync?: undefined };

export type SharedEvent =
  | { readonly type: "subscribed" }
  | { readonly type: "left" }
  /** Nobody has come back in time. */
  | { readonly type: "lingered" }
  | { readonly type: "resync"; readonly resync: Resync }
  /** A resync has what it waits for. */
  | { readonly type: "fresh" }
  /** The lane ended, or failed for good. */
  | { readonly type: "over"; readonly error: SluiceError | undefined };

/** Facts outside the state that a transition depends on. */
export interface SharedFacts {
  readonly hasSubscribers: boolean;
  /** Whether the lane outlives the last subscriber. */
  readonly lingers: boolean;
}

export const idle: SharedState = { kind: "idle" };

/** The only place where a shared subscription's state changes. Pure; returns the same object if nothing changes. */
export function transition(state: SharedState, event: SharedEvent, facts: SharedFacts): SharedState {
  const { kind, resync } = state;
  switch (event.type) {
    case "subscribed":
      return kind === "idle" || kind === "lingering" ? { kind: "open", resync } : state;
    case "left":
      if (facts.hasSubscribers || kind === "lingering") return state;
      return kind === "open" && facts.lingers ? { kind: "lingering", resync } : idle;
    case "lingered":
      return kind === "lingering" ? idle : state;
    case "resync":
      return { kind: "open", resync: event.resync };
    case "fresh":
      return resync ? { ...state, resync: undefined } : state;
    case "over":
      return facts.hasSubscribers ? { kind: "over", error: event.error } : idle;
  }
}
