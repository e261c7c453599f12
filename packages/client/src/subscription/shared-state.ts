import type { SluiceError } from "@sluice/contract";

/** A fresh snapshot that was asked for and has not come. */
export interface Resync {
  readonly answer: Promise<void>;
  settle(error?: SluiceError): void;
}

export type SharedState =
  /** Nobody has subscribed; nothing is kept. */
  | { readonly kind: "idle" }
  /** A lane is open for the subscribers. */
  | { readonly kind: "open"; readonly resync: Resync | undefined }
  /** The last subscriber has left; the lane stays open for a while, as another one may come. */
  | { readonly kind: "lingering"; readonly resync: Resync | undefined }
  /** It ended, or failed if there is an error. Who subscribes now is told so; position and state are kept for a resync. */
  | { readonly kind: "over"; readonly error: SluiceError | undefined };

export type SharedEvent =
  | { readonly type: "subscribed" }
  | { readonly type: "left" }
  /** The time to linger is over. */
  | { readonly type: "lingered" }
  | { readonly type: "resync"; readonly resync: Resync }
  /** What a resync waits for has come. */
  | { readonly type: "fresh" }
  /** The lane ended, or failed for good. */
  | { readonly type: "over"; readonly error: SluiceError | undefined };

/** What else decides, as it is at the moment. */
export interface SharedFacts {
  readonly hasSubscribers: boolean;
  /** Whether the lane outlives the last subscriber. */
  readonly lingers: boolean;
}

export const idle: SharedState = { kind: "idle" };

/** The only place where a shared subscription's state changes. Pure; the same object where nothing changes. */
export function transition(state: SharedState, event: SharedEvent, facts: SharedFacts): SharedState {
  const { kind } = state;
  const resync = resyncOf(state);
  switch (event.type) {
    case "subscribed":
      return kind === "idle" || kind === "lingering" ? { kind: "open", resync } : state;
    case "left":
      if (facts.hasSubscribers || kind === "lingering") return state;
      return kind === "open" && facts.lingers ? { kind: "lingering", resync } : idle;
    case "lingered":
      return idle;
    case "resync":
      return { kind: "open", resync: event.resync };
    case "fresh":
      return resync && "resync" in state ? { ...state, resync: undefined } : state;
    case "over":
      return facts.hasSubscribers ? { kind: "over", error: event.error } : idle;
  }
}

export const resyncOf = (state: SharedState): Resync | undefined => ("resync" in state ? state.resync : undefined);
