import { onAbort } from "../platform/abort.js";
import type { Clock } from "../platform/clock.js";
import type { Transport } from "../transport/transport.js";
import { createElection } from "./election.js";
import { createFollower, type Follower } from "./follower.js";
import { createLeader, type Leader } from "./leader.js";
import type { Page } from "./page.js";
import { createTabLane, type Port, type SharedLane } from "./tab-lane.js";

export interface TabsTransportOptions {
  readonly page: Page;
  /** Names lock and channel: tabs with the same name share. */
  readonly name: string;
  /** The client's own transport. */
  readonly own: Transport;
  readonly clock: Required<Clock>;
  /** Aborts when the client is closed. */
  readonly closing: AbortSignal;
}

/**
 * A transport whose lanes are served by one tab, the leader, with its own transport. Which tab leads, `createElection`
 * decides. When another one leads, every lane joins there at the cursor that it has reached itself.
 */
export function createTabsTransport({ page, name, own, clock, closing }: TabsTransportOptions): Transport {
  const lanes = new Set<SharedLane>();
  const plainPaths = new Set<string>();
  let leader: Leader | undefined;
  let follower: Follower | undefined;
  let lastId = 0;
  let isGone = false;
  let isBarred = false;

  const port: Port = {
    join(lane) {
      if (isBarred) return lane.goAlone();
      lanes.add(lane);
      (leader ?? follower)?.join(lane);
      if (!isGone) election.enter();
    },
    nudge: (lane) => (leader ?? follower)?.nudge(lane),
    leave(lane) {
      lanes.delete(lane);
      (leader ?? follower)?.leave(lane);
      leaveIfIdle();
    },
  };

  const election = createElection(page, name, clock, {
    following(id, visit) {
      follower = createFollower(id, visit);
      rejoin();
    },
    leading(id, visit) {
      follower = undefined;
      leader = createLeader({ page, name, leader: id, visit, own, now: clock.now, onQuiet: leaveIfIdle });
      rejoin();
    },
    resigned() {
      const resigning = leader;
      leader = undefined;
      follower = undefined;
      resigning?.close();
    },
    barred() {
      isBarred = true;
      for (const lane of [...lanes]) lane.goAlone();
    },
    message: (message) => (leader ?? follower)?.receive(message),
  });

  function rejoin(): void {
    const now = leader ?? follower;
    for (const lane of [...lanes]) if (now === (leader ?? follower) && lanes.has(lane)) lane.rejoin();
  }

  function leaveIfIdle(): void {
    if (lanes.size === 0 && !leader?.isNeeded) election.leave();
  }

  function go(): void {
    isGone = true;
    election.leave();
  }

  const stopListening = page.listen({
    gone: go,
    back() {
      isGone = false;
      if (lanes.size > 0) election.enter();
    },
    shown: election.shown,
  });
  onAbort(closing, () => {
    stopListening();
    go();
  });

  return {
    lane(request, sink) {
      // A reader that holds frames back would hold them back for all, and opening with POST has side effects.
      if (sink.ready || request.target.procedure.method === "POST") return own.lane(request, sink);
      return createTabLane({ id: ++lastId, own, clock, port, plainPaths }, request, sink);
    },
  };
}
