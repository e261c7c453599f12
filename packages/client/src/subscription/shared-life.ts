import type { AnySubscription, SluiceError } from "@sluice/contract";
import type { StreamKind } from "@sluice/contract/wire";
import { guarded } from "../platform/report.js";
import { type Connection, closedConnection } from "../transport/connection-state.js";
import type { Lane } from "../transport/transport.js";
import type { Target } from "../wire/target.js";
import { createFold, type Fold, type KnownState } from "./fold.js";
import { createResumeTracker, type ResumeTracker } from "./resume-tracker.js";
import type { SubscriptionSettings } from "./settings.js";
import { createSubscribers, type Subscribers } from "./subscribers.js";

/**
 * One life of a shared subscription, from its first subscriber until it is forgotten: its subscribers, the lane that they share,
 * and what the lane has brought. The next life is another object, so nothing of this one gets into it.
 */
export interface SharedLife {
  readonly subscribers: Subscribers;
  readonly connection: Connection;
  readonly state: KnownState;
  /** Opens a lane. Again: where the server has snapshots, the state stays until a fresh one comes. Else nothing is kept. */
  open(isAgain: boolean): void;
  /** Asks for a fresh snapshot, or for a connection where there are none. True: there is nothing to wait for. */
  freshen(): boolean;
  close(): void;
}

export interface SharedLifeSink {
  /** Something came that a resync waits for. */
  fresh(): void;
  /** The lane ended, or failed for good. What it brought is kept. */
  over(error: SluiceError | undefined): void;
}

export function createSharedLife(
  { transport, clock, onSkippedEvent }: SubscriptionSettings,
  target: Target<AnySubscription>,
  sink: SharedLifeSink,
): SharedLife {
  const { procedure } = target;
  const subscribers = createSubscribers();
  let tracker: ResumeTracker;
  let fold: Fold | undefined;
  let lane: Lane | undefined;
  let stream: StreamKind | undefined;
  let connection = closedConnection(clock.now());
  // A generator's state comes of its events alone.
  const hasSnapshots = () => procedure.state && stream === "live";

  return {
    subscribers,
    get connection() {
      return connection;
    },
    get state() {
      return fold?.state ?? { known: false };
    },
    open(isAgain) {
      if (isAgain && hasSnapshots()) {
        tracker.refresh();
      } else {
        tracker = createResumeTracker();
        fold = createFold({
          procedure,
          tracker,
          onSkippedEvent,
          sink: {
            event: subscribers.event,
            state: (value) => subscribers.each(({ onState }) => guarded(onState, value)),
            snapshot: (value) => subscribers.each(({ onSnapshot }) => guarded(onSnapshot, value)),
            reset: (reset) => subscribers.each(({ onReset }) => guarded(onReset, reset)),
          },
        });
      }
      const { opened, apply } = fold as Fold;
      lane = transport.lane(
        { target, resume: tracker },
        {
          opened(frame) {
            stream = frame.stream;
            opened(frame);
          },
          frame(frame) {
            apply(frame);
            const { kind } = frame;
            const isFresh = kind === "snapshot" || (kind === "live" && !(hasSnapshots() && tracker.isRefreshing));
            if (isFresh && lane) sink.fresh(); // a handler may have closed it
          },
          changed(changed) {
            connection = changed;
            subscribers.each(({ onConnection }) => guarded(onConnection, connection));
          },
          over: sink.over,
        },
      );
      lane.open();
    },
    freshen() {
      if (hasSnapshots() && tracker.cursor !== undefined) {
        tracker.refresh();
        lane?.open();
        return false;
      }
      lane?.nudge();
      return connection.state === "live";
    },
    close() {
      lane?.close();
      lane = undefined;
    },
  };
}
