import type { AnySubscription, SluiceError } from "@sluice/contract";
import type { StreamKind } from "@sluice/contract/wire";
import { guarded } from "../platform/report.js";
import type { Connection } from "../transport/connection-state.js";
import type { Lane } from "../transport/transport.js";
import type { Target } from "../wire/target.js";
import { createFold, type Fold, type KnownState } from "./fold.js";
import { createResumeTracker, type ResumeTracker } from "./resume-tracker.js";
import type { SubscriptionSettings } from "./settings.js";
import type { Subscribers } from "./subscribers.js";

/** The lane that subscribers share, and what it has brought: position, state and connection. */
export interface SharedLane {
  readonly connection: Connection;
  readonly state: KnownState;
  /** Opens a lane. Again: where the server has snapshots, the state stays until a fresh one comes. Else nothing is kept. */
  open(isAgain: boolean): void;
  /** Asks for a fresh snapshot, or for a connection where there are none. True: there is nothing to wait for. */
  freshen(): boolean;
  /** Closes the lane and forgets what it brought. */
  close(): void;
}

export interface SharedLaneSink {
  /** Something came that a resync waits for. */
  fresh(): void;
  /** The lane ended, or failed for good. What it brought is kept. */
  over(error: SluiceError | undefined): void;
}

export function createSharedLane(
  { transport, clock, onSkippedEvent }: SubscriptionSettings,
  target: Target<AnySubscription>,
  subscribers: Subscribers,
  sink: SharedLaneSink,
): SharedLane {
  const { procedure } = target;
  const closed = (): Connection => ({ state: "closed", attempt: 0, since: clock.now(), cursor: () => undefined });
  let lane: Lane | undefined;
  let tracker: ResumeTracker;
  let fold: Fold | undefined;
  let stream: StreamKind | undefined;
  let connection = closed();
  // A generator's state comes of its events alone.
  const hasSnapshots = () => procedure.state && stream === "live";

  /** Tells subscribers nothing once they look at another fold: a handler may have closed the lane, and opened a new one. */
  function createSharedFold(): Fold {
    const own = createFold({
      procedure,
      tracker,
      onSkippedEvent,
      sink: {
        event(event) {
          if (fold === own) subscribers.event(event);
        },
        state(value) {
          if (fold === own) subscribers.each(({ onState }) => guarded(onState, value));
        },
        snapshot(value) {
          if (fold === own) subscribers.each(({ onSnapshot }) => guarded(onSnapshot, value));
        },
        reset: (reset) => subscribers.each(({ onReset }) => guarded(onReset, reset)),
      },
    });
    return own;
  }

  return {
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
        fold = createSharedFold();
      }
      const folding = fold as Fold;
      const own = transport.lane(
        { target, resume: tracker },
        {
          opened(frame) {
            stream = frame.stream;
            folding.opened(frame);
          },
          frame(frame, open) {
            folding.apply(frame, open);
            if (lane !== own) return;
            const { kind } = frame;
            if (kind === "snapshot" || (kind === "live" && !(hasSnapshots() && tracker.isRefreshing))) sink.fresh();
          },
          changed(changed) {
            if (lane !== own) return;
            connection = changed;
            subscribers.each(({ onConnection }) => guarded(onConnection, connection));
          },
          over(error) {
            if (lane !== own) return;
            lane = undefined;
            sink.over(error);
          },
        },
      );
      lane = own;
      own.open();
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
      lane = fold = stream = undefined;
      connection = closed();
    },
  };
}
