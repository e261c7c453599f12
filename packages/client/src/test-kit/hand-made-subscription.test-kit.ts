import type { AnySubscription } from "@sluice/contract";
import { internals, type SubscriptionProcedure } from "../procedure/procedure.js";
import type { SharedSubscription } from "../subscription/shared-subscription.js";
import { type AnyHandlers, createSubscribers } from "../subscription/subscribers.js";
import type { Connection } from "../transport/connection-state.js";

type Moment = Partial<Connection> & Pick<Connection, "status">;

/** A subscription without a network: a test makes things happen at once, in the same task. */
export function createHandMade<P extends AnySubscription>(procedure: P, clientId = "hand-made") {
  const subscribers = createSubscribers();
  let offset = 0;
  const cursor = () => `E.${offset}.m`;
  let connection: Connection = { status: "closed", attempt: 0, since: 0, cursor };
  const shared: SharedSubscription<AnySubscription> = {
    get connection() {
      return connection;
    },
    shown: { known: false },
    get store(): never {
      throw new Error("A subscription made by hand has no store.");
    },
    subscribe(handlers) {
      const subscriber = subscribers.add(handlers as AnyHandlers);
      return () => subscribers.remove(subscriber);
    },
    resync: () => Promise.resolve(),
    release() {},
  };
  const stub = { [internals]: { clientId, procedure, linger: 1_000, shared: () => shared } };
  return {
    procedure: stub as unknown as SubscriptionProcedure<P>,
    get subscriberCount() {
      return subscribers.size;
    },
    become(moment: Moment) {
      connection = { attempt: 0, since: 0, cursor, ...moment };
      subscribers.tell("onConnection", shared.connection);
    },
    event(type: string, data: unknown) {
      offset++;
      subscribers.event({ type, data, id: cursor() });
    },
    end() {
      subscribers.tell("onEnd");
    },
    state(value: unknown) {
      subscribers.tell("onState", value);
    },
  };
}
