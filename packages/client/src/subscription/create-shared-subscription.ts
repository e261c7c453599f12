import type { AnySubscription } from "@sluice/contract";
import { onAbort } from "../platform/abort.js";
import { guarded } from "../platform/report.js";
import { createTimer } from "../platform/timer.js";
import type { TopicFrame } from "../transport/transport.js";
import { aborted } from "../wire/failure.js";
import type { Target } from "../wire/target.js";
import type { SubscriptionSettings } from "./settings.js";
import { createSharedLife } from "./shared-life.js";
import { idle, type Resync, type SharedEvent, type SharedState, transition } from "./shared-state.js";
import type { SharedSubscription } from "./shared-subscription.js";
import { createStore, type StoreSource } from "./store.js";
import type { AnyHandlers } from "./subscribers.js";

const nothing = () => {};

/**
 * `state` says what the subscription is doing; only `transition` changes it. Here are the effects of a change. The application's
 * clock may subscribe and unsubscribe while an effect calls it: then the rest of the effect is void.
 *
 * @param onActive called when a lane opens, and when the subscription is idle again.
 */
export function createSharedSubscription(
  settings: SubscriptionSettings,
  target: Target<AnySubscription>,
  onActive?: (isActive: boolean) => void,
): SharedSubscription<AnySubscription> {
  const { clock, linger } = settings;
  const begin = () =>
    createSharedLife(settings, target, {
      fresh: () => dispatch({ type: "fresh" }),
      over(error) {
        dispatch({ type: "over", error });
        if (error) life.subscribers.tell("onError", error);
        else life.subscribers.tell("onEnd");
      },
    });
  let life = begin();
  let state: SharedState = idle;
  /** Of the subscriber that is being added. */
  let seed: TopicFrame | undefined;
  const lingering = createTimer(clock);
  const release = () => dispatch({ type: "lingered" });

  function dispatch(event: SharedEvent): void {
    const before = state;
    state = transition(before, event, { hasSubscribers: life.subscribers.size > 0, lingers: linger > 0 });
    if (state.kind !== before.kind) enter(before.kind);
    const { resync } = before;
    if (!resync || resync === state.resync) return;
    resync.settle(event.type === "over" ? event.error : event.type === "fresh" ? undefined : aborted());
  }

  function enter(before: SharedState["kind"]): void {
    const entered = state;
    lingering.clear();
    if (state !== entered) return;
    switch (entered.kind) {
      case "open":
        if (before === "lingering") break;
        onActive?.(true);
        life.open(before === "over", seed);
        break;
      case "lingering":
        lingering.set(release, linger);
        break;
      case "idle": {
        life.close();
        const next = begin();
        if (state !== entered) return; // it was opened anew
        life = next;
        onActive?.(false);
        break;
      }
      case "over":
        break;
      default:
        entered satisfies never;
    }
  }

  function subscribe(
    given: Parameters<SharedSubscription<AnySubscription>["subscribe"]>[0],
    givenSeed?: TopicFrame,
  ): () => void {
    const { signal } = given;
    if (signal?.aborted) return nothing;
    const handlers = given as AnyHandlers;
    const { subscribers } = life;
    const subscriber = subscribers.add(handlers);
    const stop = (): void => {
      stopListening();
      if (!subscriber.isSubscribed) return;
      subscribers.remove(subscriber);
      dispatch({ type: "left" });
    };
    const stopListening = onAbort(signal, stop);
    const before = state;
    seed = givenSeed;
    dispatch({ type: "subscribed" });
    seed = undefined;
    if (before.kind === "idle" || !subscriber.isSubscribed) return stop;

    guarded(handlers.onConnection, life.connection);
    const { known, value } = life.shown;
    if (known && target.procedure.state && subscriber.isSubscribed) guarded(handlers.onState, value);
    if (before.kind === "over") {
      // In a task of its own: a handler that subscribes again would otherwise keep the others from being told.
      setTimeout(() => {
        if (!subscriber.isSubscribed || state !== before) return;
        if (before.error) guarded(handlers.onError, before.error);
        else guarded(handlers.onEnd);
      });
    }
    return stop;
  }

  function resync(): Promise<void> {
    const { kind, resync: pending } = state;
    if (pending) return pending.answer;
    // Without a subscriber, the resync itself keeps the lane open until it has its answer.
    const stop = life.subscribers.size === 0 ? subscribe({}) : nothing;
    let settle: Resync["settle"] = nothing;
    const answer = new Promise<void>((resolve, reject) => {
      settle = (error) => {
        if (error) reject(error);
        else resolve();
        stop();
      };
    });
    dispatch({ type: "resync", resync: { answer, settle } });
    // A lane that has just been opened gets a fresh snapshot anyway.
    if ((kind === "open" || kind === "lingering") && life.freshen()) dispatch({ type: "fresh" });
    return answer;
  }

  let store: SharedSubscription<AnySubscription>["store"] | undefined;
  const shared = {
    get connection() {
      return life.connection;
    },
    get shown() {
      return life.shown;
    },
    get outcome() {
      return state.kind === "over" ? state : undefined;
    },
    // It keeps this object alive, and with it the place in the registry.
    get store(): SharedSubscription<AnySubscription>["store"] {
      store ??= createStore(shared as StoreSource) as typeof shared.store;
      return store;
    },
    subscribe,
    resync,
    release,
  };
  return shared;
}
