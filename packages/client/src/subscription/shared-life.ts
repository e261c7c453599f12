import type { AnySubscription, SluiceError } from "@sluice/contract";
import type { StreamKind } from "@sluice/contract/wire";
import { type Connection, unopenedConnection } from "../transport/connection-state.js";
import type { Lane, TopicFrame } from "../transport/transport.js";
import type { Target } from "../wire/target.js";
import { createFold, type Fold, type KnownState } from "./fold.js";
import { createResumeTracker, type ResumeTracker } from "./resume-tracker.js";
import type { SubscriptionSettings } from "./settings.js";
import { createSubscribers, type Subscribers } from "./subscribers.js";

/**
 * A shared subscription from its first subscriber until it is idle again: its subscribers, their lane, and the cursor,
 * state and connection that the lane has brought. The next first subscriber gets a new object, so nothing old can get
 * into it.
 */
export interface SharedLife {
  readonly subscribers: Subscribers;
  readonly connection: Connection;
  /** See `Fold`. */
  readonly shown: KnownState;
  /**
   * Opens a lane. Again: keeps the state until a fresh snapshot comes, if the server has snapshots; else starts anew.
   *
   * @param seed applied before anything comes.
   */
  open(isAgain: boolean, seed?: TopicFrame): void;
  /** Asks for a fresh snapshot, or, if the server has none, for a connection. True: nothing to wait for. */
  freshen(): boolean;
  close(): void;
}

export interface SharedLifeSink {
  /** A resync has what it waits for. */
  fresh(): void;
  /** The lane ended, or failed for good. */
  over(error: SluiceError | undefined): void;
}

export function createSharedLife(
  settings: SubscriptionSettings,
  target: Target<AnySubscription>,
  sink: SharedLifeSink,
): SharedLife {
  const { transport, clock } = settings;
  const { procedure } = target;
  const subscribers = createSubscribers();
  let tracker: ResumeTracker;
  let fold: Fold | undefined;
  let lane: Lane | undefined;
  let isClosed = false;
  let stream: StreamKind | undefined;
  let connection = unopenedConnection("closed", clock.now);
  // The state of a generator comes from its events alone.
  const hasSnapshots = () => procedure.state && stream === "live";

  return {
    subscribers,
    get connection() {
      return connection;
    },
    get shown() {
      return fold?.shown ?? { known: false };
    },
    open(isAgain, seed) {
      isClosed = false;
      if (isAgain && hasSnapshots()) {
        tracker.refresh();
      } else {
        tracker = createResumeTracker();
        fold = createFold({ procedure, tracker, settings, sink: subscribers });
      }
      const { opened, apply } = fold as Fold;
      if (seed) apply(seed);
      const opening = transport.lane(
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
            subscribers.tell("onConnection", changed);
          },
          over: sink.over,
        },
      );
      if (isClosed) return opening.close(); // the application's clock did that
      lane = opening;
      lane.open();
    },
    freshen() {
      if (hasSnapshots() && tracker.cursor !== undefined) {
        tracker.refresh();
        lane?.open();
        return false;
      }
      lane?.nudge();
      return connection.status === "live";
    },
    close() {
      const closing = lane;
      lane = undefined;
      isClosed = true;
      closing?.close();
    },
  };
}
