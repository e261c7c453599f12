import { type AnySubscription, SluiceError } from "@sluice/contract";
import { stateVersionOf } from "@sluice/contract/internal";
import type { OpenFrame } from "@sluice/contract/wire";
import type { Clock } from "../platform/clock.js";
import type { Connection } from "../transport/connection-state.js";
import type { Lane, LaneRequest, LaneSink, Transport } from "../transport/transport.js";
import { decodeError } from "../wire/decode-error.js";
import { failureOf } from "../wire/failure.js";
import type { Target } from "../wire/target.js";
import type { ConnectionItem, Item } from "./messages.js";

/** A lane of this tab, as the leader's host or the leader's messages feed it. */
export interface SharedLane {
  /** Unique in this tab. */
  readonly id: number;
  readonly target: Target<AnySubscription>;
  /** How often it has asked a leader, so that an answer names its question. */
  asks: number;
  /** The cursor to join at. */
  readonly from: string | undefined;
  /** The items of its feed. */
  take(items: readonly Item[]): void;
  /** The items with which its latest `join` is answered. */
  answer(items: readonly Item[]): void;
  /** Opens a stream of its own, for good. */
  goAlone(): void;
  /** Joins again, as another tab leads. */
  rejoin(): void;
}

/** Where a tab's lanes get their items: from the tab's own host, or from another tab. */
export interface Port {
  /** A lane that has joined before goes on until it has joined anew. */
  join(lane: SharedLane): void;
  nudge(lane: SharedLane): void;
  leave(lane: SharedLane): void;
}

export interface TabLaneOptions {
  readonly id: number;
  readonly own: Transport;
  readonly clock: Required<Clock>;
  readonly port: Port;
  /** Of plain generators: they aren't shared. */
  readonly plainPaths: Set<string>;
}

export function createTabLane(
  { id, own, clock, port, plainPaths }: TabLaneOptions,
  request: LaneRequest,
  sink: LaneSink,
): Lane {
  const { target, resume } = request;
  const { procedure } = target;
  let told: ConnectionItem | undefined;
  let open: OpenFrame | undefined;
  let alone: Lane | undefined;
  /** Until its `join` is answered. */
  let isJoining = false;
  /** The feed has been reopened while it was joining anew. That isn't what it asked for, so it takes no more of it. */
  let isMuted = false;
  let isAlone = false;
  let isOver = false;

  function join(): void {
    isJoining = true;
    port.join(lane);
  }

  function takeAll(items: readonly Item[]): void {
    for (const item of items) if (!isOver && !isAlone) take(item);
  }

  function take(item: Item) {
    isMuted ||= isJoining && item.kind === "open";
    switch (item.kind) {
      case "connection":
        return tell(item);
      case "over":
        return finish(item.error && decodeError(procedure, item.error));
      case "open":
        if (isMuted) return;
        // By itself it waits for a server that is new enough, and the tab that leads need not.
        if (stateVersionOf(procedure) > (item.version ?? 1)) return goAlone();
        if (item.stream === "stream") plainPaths.add(procedure.path);
        open = item;
        return sink.opened(item);
      default:
        if (isMuted) return;
        try {
          sink.frame(item);
        } catch (error) {
          finish(failureOf(error));
        }
    }
  }

  /** @param error as decoded before. */
  function tell(given: ConnectionItem, error?: SluiceError): void {
    const status = given.status === "connecting" && open ? "reconnecting" : given.status;
    const { attempt, retryAt, stale } = given;
    const isOld = status === told?.status;
    const isSameError = given.error?.code === told?.error?.code && given.error?.message === told?.error?.message;
    if (isOld && attempt === told?.attempt && retryAt === told?.retryAt && stale === told?.stale && isSameError) return;
    const since = isOld && told ? told.since : given.since;
    told = { ...given, status, since };
    const connection: Connection = {
      status,
      attempt,
      since,
      cursor: () => resume.cursor,
      ...(retryAt !== undefined && { retryAt }),
      ...(stale && { stale }),
      ...(given.error && { error: error ?? decodeError(procedure, given.error) }),
    };
    sink.changed(connection);
  }

  function finish(error: SluiceError | undefined): void {
    isOver = true;
    port.leave(lane);
    const attempt = told?.attempt ?? 0;
    tell({ kind: "connection", status: "closed", attempt, since: clock.now(), error }, error);
    sink.over(error);
  }

  function goAlone() {
    if (isOver || isAlone) return;
    isAlone = true;
    port.leave(lane);
    let before = told?.status;
    const opening = own.lane(request, {
      ...sink,
      changed(connection) {
        if (connection.status !== before) sink.changed(connection);
        before = undefined;
      },
    });
    if (isOver) return opening.close(); // the application's clock did that
    alone = opening;
    alone.open();
  }

  const lane: SharedLane = {
    id,
    target,
    asks: 0,
    get from() {
      return resume.resumeFrom;
    },
    take: takeAll,
    answer(items) {
      isJoining = false;
      isMuted = false;
      takeAll(items);
    },
    goAlone,
    rejoin() {
      if (isOver || isAlone) return;
      if (open && !open.resumable) finish(new SluiceError("interrupted"));
      else if (plainPaths.has(procedure.path)) goAlone();
      else join();
    },
  };
  return {
    open() {
      if (isOver) return;
      if (isAlone) return alone?.open();
      if (plainPaths.has(procedure.path)) return goAlone();
      if (!told) tell({ kind: "connection", status: "connecting", attempt: 1, since: clock.now() });
      if (!isOver && !isAlone) join();
    },
    nudge() {
      if (isAlone) alone?.nudge();
      else if (!isOver) port.nudge(lane);
    },
    close() {
      isOver = true;
      alone?.close();
      port.leave(lane);
    },
  };
}
