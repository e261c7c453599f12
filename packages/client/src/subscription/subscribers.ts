import type { SluiceError } from "@sluice/contract";
import { own } from "@sluice/contract/internal";
import { guarded } from "../platform/report.js";
import type { Connection } from "../transport/connection-state.js";
import type { AnyEvent } from "./fold.js";
import type { Reset } from "./handlers.js";

/** The handlers of any subscription, untyped. */
export interface AnyHandlers {
  readonly on?: Readonly<Record<string, (data: unknown, event: AnyEvent) => void>>;
  readonly onEvent?: (event: AnyEvent) => void;
  readonly onState?: (state: unknown) => void;
  /** Of a client without a contract; see `FoldSink`. */
  readonly onSnapshot?: (state: unknown) => void;
  readonly onConnection?: (connection: Connection) => void;
  readonly onReset?: (reset: Reset) => void;
  readonly onError?: (error: SluiceError) => void;
  readonly onEnd?: () => void;
}

type AnyHandler = ((...args: unknown[]) => void) | undefined;

type ArgumentsOf<Name extends keyof AnyHandlers> = Parameters<Extract<AnyHandlers[Name], (...args: never[]) => void>>;

export interface Subscriber {
  readonly handlers: AnyHandlers;
  isSubscribed: boolean;
}

/**
 * Subscribing and unsubscribing within a handler is safe: a new subscriber gets the next call, one that left gets no
 * more.
 */
export interface Subscribers {
  readonly size: number;
  add(handlers: AnyHandlers): Subscriber;
  remove(subscriber: Subscriber): void;
  /** Calls this handler of each subscriber, in the order of subscribing. */
  tell<Name extends Exclude<keyof AnyHandlers, "on">>(name: Name, ...args: ArgumentsOf<Name>): void;
  event(event: AnyEvent): void;
}

export function createSubscribers(): Subscribers {
  // Never changed in place, so that loops over it aren't disturbed.
  let list: readonly Subscriber[] = [];
  return {
    get size() {
      return list.length;
    },
    add(handlers) {
      const subscriber = { handlers, isSubscribed: true };
      list = [...list, subscriber];
      return subscriber;
    },
    remove(subscriber) {
      subscriber.isSubscribed = false;
      list = list.filter((other) => other !== subscriber);
    },
    tell(name, ...args) {
      for (const { isSubscribed, handlers } of list) if (isSubscribed) guarded(handlers[name] as AnyHandler, ...args);
    },
    event(event) {
      for (const subscriber of list) {
        const { onEvent, on } = subscriber.handlers;
        if (onEvent && subscriber.isSubscribed) guarded(onEvent, event);
        if (on && subscriber.isSubscribed) guarded(own(on, event.type), event.data, event);
      }
    },
  };
}
