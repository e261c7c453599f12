import { own, type SluiceError } from "@sluice/contract";
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

export interface Subscriber {
  readonly handlers: AnyHandlers;
  isActive: boolean;
}

/**
 * Subscribing and unsubscribing within a handler is safe: a new subscriber gets the next call, one that left gets no
 * more.
 */
export interface Subscribers {
  readonly size: number;
  add(handlers: AnyHandlers): Subscriber;
  remove(subscriber: Subscriber): void;
  /** Calls `tell` for each subscriber, in the order of subscribing. */
  each(tell: (handlers: AnyHandlers) => void): void;
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
      const subscriber = { handlers, isActive: true };
      list = [...list, subscriber];
      return subscriber;
    },
    remove(subscriber) {
      subscriber.isActive = false;
      list = list.filter((other) => other !== subscriber);
    },
    each(tell) {
      for (const subscriber of list) if (subscriber.isActive) tell(subscriber.handlers);
    },
    event(event) {
      for (const subscriber of list) {
        const { onEvent, on } = subscriber.handlers;
        if (onEvent && subscriber.isActive) guarded(onEvent, event);
        if (on && subscriber.isActive) guarded(own(on, event.type), event.data, event);
      }
    },
  };
}
