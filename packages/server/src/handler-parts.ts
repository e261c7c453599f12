import type { Exchange } from "./http/exchange.js";
import type { OpenParts } from "./open-subscription.js";
import type { Limits } from "./options/limits.js";
import type { Implementation } from "./procedure/implementation.js";
import type { Closing } from "./publish/closing.js";
import type { EventStreamSettings } from "./stream/event-stream-settings.js";
import { lifeBeforeCut } from "./stream/stream-life.js";

/** What answering a request needs. */
export interface HandlerParts extends OpenParts {
  readonly implementations: ReadonlyMap<string, Implementation>;
  readonly streams: EventStreamSettings;
  readonly publishing: { readonly closing: Pick<Closing, "assertServing"> };
  readonly limits: OpenParts["limits"] & Pick<Limits, "inputBytes" | "subscriptionsPerStream">;
}

/** The settings of a stream, which ends in time if its response is cut from outside. */
export function settingsFor({ cutAfter }: Exchange, streams: EventStreamSettings): EventStreamSettings {
  if (cutAfter === undefined) return streams;
  const streamLife = Math.min(streams.limits.streamLife, lifeBeforeCut(cutAfter));
  return { ...streams, limits: { ...streams.limits, streamLife } };
}
