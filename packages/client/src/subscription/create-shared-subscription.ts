import { type AnySubscription, SluiceError } from "@sluice/contract";
import type { StreamKind } from "@sluice/contract/wire";
import { onAbort } from "../platform/abort.js";
import { guarded } from "../platform/report.js";
import type { Connection } from "../transport/connection-state.js";
import type { Lane } from "../transport/transport.js";
import type { Target } from "../wire/target.js";
import { createFold, type Fold } from "./fold.js";
import { createResumeTracker, type ResumeTracker } from "./resume-tracker.js";
import type { SubscriptionSettings } from "./settings.js";
import type { SharedSubscription } from "./shared-subscription.js";
import { createSubscribers, handlersOf } from "./subscribers.js";

export interface SharedSubscriptionOptions {
  readonly key: string;
  readonly settings: SubscriptionSettings;
  readonly procedure: AnySubscription;
  readonly target: Target<AnySubscription>;
  /** Told when it opens a connection, and when it has forgotten everything and is as new. */
  readonly onActive?: (isActive: boolean) => void;
}

const nothing: Fold["state"] = { known: false };
const nowhere = () => undefined;

export function createSharedSubscription(options: SharedSubscriptionOptions): SharedSubscription<AnySubscription> {
  const { key, settings, procedure, target, onActive } = options;
  const { clock } = settings;
  const subscribers = createSubscribers();
  let lane: Lane | undefined;
  let tracker: ResumeTracker = createResumeTracker();
  let fold: Fold | undefined;
  let kind: StreamKind | undefined;
  let over: { readonly error: SluiceError | undefined } | undefined;
  let lingering: { readonly timer: unknown } | undefined;
  let connection: Connection = { state: "closed", attempt: 0, since: clock.now(), cursor: nowhere };
  let resyncing: Promise<void> | undefined;
  let settleResync: ((error?: SluiceError) => void) | undefined;

  function start(keepsState: boolean): void {
    over = undefined;
    onActive?.(true);
    if (keepsState) {
      tracker.refresh();
    } else {
      tracker = createResumeTracker();
      fold = undefined;
      kind = undefined;
    }
    fold ??= createFold({
      procedure,
      tracker,
      onSkippedEvent: settings.onSkippedEvent,
      sink: {
        event(event) {
          if (fold === folding) subscribers.event(event);
        },
        state(value) {
          if (fold === folding) subscribers.each(({ onState }) => guarded(onState, value));
        },
        snapshot(value) {
          if (fold === folding) subscribers.each(({ onSnapshot }) => guarded(onSnapshot, value));
        },
        reset: (reset) => subscribers.each(({ onReset }) => guarded(onReset, reset)),
      },
    });
    const folding: Fold = fold;
    const own = settings.transport.lane(
      { target, resume: tracker },
      {
        opened(frame) {
          kind = frame.stream;
          folding.opened(frame);
        },
        frame(frame, open) {
          folding.apply(frame, open);
          if (!settleResync) return;
          if (frame.kind === "snapshot") settleResync();
          else if (frame.kind === "live" && (open.stream === "stream" || !tracker.isRefreshing)) settleResync();
        },
        changed(changed) {
          if (lane !== own) return;
          connection = changed;
          subscribers.each(({ onConnection }) => guarded(onConnection, connection));
        },
        over(error) {
          if (lane === own) finish(error);
        },
      },
    );
    lane = own;
    own.open();
  }

  function finish(error: SluiceError | undefined): void {
    lane = undefined;
    over = { error };
    settleResync?.(error);
    subscribers.each((handlers) => (error ? guarded(handlers.onError, error) : guarded(handlers.onEnd)));
    if (subscribers.size === 0) letGo();
  }

  function letGo(): void {
    stayOn();
    lane?.close();
    lane = undefined;
    over = undefined;
    tracker = createResumeTracker();
    fold = undefined;
    connection = { state: "closed", attempt: 0, since: clock.now(), cursor: nowhere };
    onActive?.(false);
    settleResync?.(new SluiceError("aborted"));
  }

  function stayOn(): void {
    if (lingering) clock.clearTimeout(lingering.timer);
    lingering = undefined;
  }

  function leave(): void {
    if (subscribers.size > 0) return;
    if (over || settings.linger === 0) letGo();
    else if (lane) lingering = { timer: clock.setTimeout(letGo, settings.linger) };
  }

  function subscribe(given: Parameters<SharedSubscription<AnySubscription>["subscribe"]>[0]): () => void {
    const { signal } = given;
    if (signal?.aborted) return () => {};
    const handlers = handlersOf(given);
    const subscriber = subscribers.add(handlers);
    const stop = (): void => {
      stopListening();
      if (!subscriber.isActive) return;
      subscribers.remove(subscriber);
      leave();
    };
    const stopListening = onAbort(signal, stop);
    stayOn();

    const outcome = over;
    if (!lane && !outcome) {
      start(false);
      return stop;
    }
    guarded(handlers.onConnection, connection);
    if (fold?.state.known && subscriber.isActive) guarded(handlers.onState, fold.state.value);
    if (outcome) {
      // In a task of its own: who subscribes anew when he is told would otherwise keep all others from theirs.
      setTimeout(() => {
        if (!subscriber.isActive || over !== outcome) return;
        if (outcome.error) guarded(handlers.onError, outcome.error);
        else guarded(handlers.onEnd);
      });
    }
    return stop;
  }

  function resync(): Promise<void> {
    if (resyncing) return resyncing;
    const wasIdle = !lane && !over;
    // Where nobody holds the connection, the question does until the answer is there.
    const stop = subscribers.size === 0 ? subscribe({}) : () => {};
    resyncing = new Promise<void>((resolve, reject) => {
      settleResync = (error) => {
        settleResync = resyncing = undefined;
        if (error) reject(error);
        else resolve();
        stop();
      };
    });
    const answer = resyncing;
    if (!wasIdle) freshen();
    return answer;
  }

  function freshen(): void {
    // A generator's state comes of its events alone.
    const hasSnapshots = procedure.state !== undefined && kind === "live";
    if (over) {
      start(hasSnapshots);
    } else if (hasSnapshots && tracker.cursor !== undefined) {
      tracker.refresh();
      lane?.open();
    } else if (connection.state === "live") {
      settleResync?.();
    } else {
      lane?.nudge();
    }
  }

  return {
    key,
    get connection() {
      return connection;
    },
    get state() {
      return (fold?.state ?? nothing) as { known: false };
    },
    get error() {
      return over?.error as never;
    },
    get ended() {
      return over !== undefined && over.error === undefined;
    },
    subscribe,
    resync,
  };
}
