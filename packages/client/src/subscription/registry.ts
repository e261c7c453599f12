import { type AnySubscription, SluiceError } from "@sluice/contract";
import { encodeTarget, type Target } from "../wire/target.js";
import { createSharedSubscription } from "./create-shared-subscription.js";
import { createFailedSubscription } from "./failed-subscription.js";
import type { SubscriptionSettings } from "./settings.js";
import type { SharedSubscription } from "./shared-subscription.js";

/** A client's subscriptions: one for each path and canonical input. */
export interface Registry {
  /** The same object for the same subscription, as long as it is active or anybody holds it. */
  shared(procedure: AnySubscription, input: unknown): SharedSubscription<AnySubscription>;
}

type Holder = Pick<WeakRef<SharedSubscription<AnySubscription>>, "deref">;

/** Where there is no WeakRef, as in older React Native, subscriptions that were asked for once stay. */
const hold = (shared: SharedSubscription<AnySubscription>): Holder =>
  typeof WeakRef === "undefined" ? { deref: () => shared } : new WeakRef(shared);

export function createRegistry(settings: SubscriptionSettings): Registry {
  // An idle subscription holds nothing and is held by nothing, so that asking for one and never subscribing leaks nothing.
  const all = new Map<string, Holder>();
  const active = new Set<SharedSubscription<AnySubscription>>();
  let sweepAt = 64;

  /** Drops the keys of what is gone, whenever their number has doubled. */
  function sweep(): void {
    if (all.size < sweepAt) return;
    for (const [key, entry] of all) if (!entry.deref()) all.delete(key);
    sweepAt = Math.max(64, all.size * 2);
  }

  function create(key: string, target: Target<AnySubscription>): SharedSubscription<AnySubscription> {
    const shared = createSharedSubscription({
      key,
      settings,
      target,
      onActive: (isActive) => void (isActive ? active.add(shared) : active.delete(shared)),
    });
    sweep();
    all.set(key, hold(shared));
    return shared;
  }

  return {
    shared(procedure, input) {
      let target: Target<AnySubscription>;
      try {
        target = encodeTarget(procedure, input);
      } catch (error) {
        return createFailedSubscription(procedure.path, SluiceError.from(error), settings.clock.now());
      }
      const key = target.text === undefined ? procedure.path : `${procedure.path}?${target.text}`;
      return all.get(key)?.deref() ?? create(key, target);
    },
  };
}
