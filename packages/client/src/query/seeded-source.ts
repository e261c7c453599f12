import type { AnySubscription } from "@sluice/contract";
import { parseCursor } from "@sluice/contract/wire";
import type { SharedSubscription } from "../subscription/shared-subscription.js";
import type { AnyHandlers } from "../subscription/subscribers.js";
import type { TopicFrame } from "../transport/transport.js";
import type { ViewSource } from "./view.js";

export type SeedFrame = Extract<TopicFrame, { kind: "snapshot" | "at" }>;

export interface Seed {
  readonly data: unknown;
  /** Where the data is from. */
  readonly cursor: string;
  /** What the subscription starts with, unless it is open: at the same place, or an earlier one. */
  readonly frame: SeedFrame;
}

/**
 * A view's source that starts with data, and with the subscription at the data's cursor. If the subscription is at an earlier one, the
 * view passes over what its data has.
 */
export function seededSource({ internals, input, kind }: ViewSource, { data, cursor, frame }: Seed): ViewSource {
  const shared = internals.shared(input);
  const subscribe = (handlers: AnyHandlers) => shared.subscribe(afterSeed(handlers, shared, cursor), frame);
  // Its members are the shared subscription's own.
  const seeded: typeof shared = Object.create(shared, { subscribe: { value: subscribe } });
  return { internals: { ...internals, shared: () => seeded }, input, kind: { ...kind, seed: { data } } };
}

function afterSeed(handlers: AnyHandlers, shared: SharedSubscription<AnySubscription>, cursor: string): AnyHandlers {
  let isAhead = true;
  const lead = () => (isAhead ? leadOf(cursor, shared.connection.cursor()) : -1);
  return {
    ...handlers,
    onEvent(event) {
      if (lead() >= 0) return;
      isAhead = false;
      handlers.onEvent?.(event);
    },
    onReset(reset) {
      isAhead = false;
      handlers.onReset?.(reset);
    },
    ...(handlers.onState && {
      onState(state) {
        if (lead() <= 0) handlers.onState?.(state);
      },
    }),
  };
}

/**
 * How many entries of a topic one cursor is beyond another. Negative: the other is further, or of another history, or nothing that can
 * be compared. Without another cursor nothing has come.
 */
export function leadOf(cursor: string, other: string | undefined): number {
  if (other === undefined) return Infinity;
  const [ours, theirs] = [parseCursor(cursor), parseCursor(other)];
  return ours && theirs && ours.epoch === theirs.epoch ? ours.offset - theirs.offset : -1;
}
