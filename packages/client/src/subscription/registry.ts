import { type AnySubscription, SluiceError } from "@sluice/contract";
import { onAbort } from "../platform/abort.js";
import { failingTransport } from "../transport/failing-transport.js";
import { encodeTarget, type Target } from "../wire/target.js";
import { createSharedSubscription } from "./create-shared-subscription.js";
import type { SubscriptionSettings } from "./settings.js";
import type { SharedSubscription } from "./shared-subscription.js";

/** A client's subscriptions: one for each path and canonical input, or for each error of inputs that can't be encoded. */
export interface Registry {
  /** The same object for the same subscription, as long as it is active or referenced. */
  shared(procedure: AnySubscription, input: unknown): SharedSubscription<AnySubscription>;
}

type Holder = Pick<WeakRef<SharedSubscription<AnySubscription>>, "deref">;

/** Without WeakRef, as in older React Native, subscriptions are kept for good. */
const hold = (shared: SharedSubscription<AnySubscription>): Holder =>
  typeof WeakRef === "undefined" ? { deref: () => shared } : new WeakRef(shared);

export function createRegistry(settings: SubscriptionSettings): Registry {
  // Idle subscriptions aren't referenced, so that one that nobody subscribes to is no leak.
  const all = new Map<string, Holder>();
  const active = new Set<SharedSubscription<AnySubscription>>();
  let sweepAt = 64;
  // So that whoever subscribes from now on gets the error of a closed client, and not the end that the others got.
  onAbort(settings.closing, () => all.clear());

  /** Drops the keys of collected subscriptions, whenever the number of keys has doubled. */
  function sweep(): void {
    if (all.size < sweepAt) return;
    for (const [key, entry] of all) if (!entry.deref()) all.delete(key);
    sweepAt = Math.max(64, all.size * 2);
  }

  return {
    shared(procedure, input) {
      let target: Target<AnySubscription> = { procedure, input, text: undefined };
      let { transport } = settings;
      let key: string | undefined;
      try {
        target = encodeTarget(procedure, input);
        key = target.text;
      } catch (thrown) {
        const error = SluiceError.from(thrown);
        transport = failingTransport(error, settings.clock.now());
        key = error.message;
      }
      key = `${procedure.path} ${key}`;
      const known = all.get(key)?.deref();
      if (known) return known;
      const created = createSharedSubscription({ ...settings, transport }, target, (isActive) => {
        if (isActive) active.add(created);
        else active.delete(created);
      });
      sweep();
      all.set(key, hold(created));
      return created;
    },
  };
}
