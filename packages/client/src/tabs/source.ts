import type { AnySubscription, SluiceError } from "@sluice/contract";
import type { OpenFrame } from "@sluice/contract/wire";
import type { Connection } from "../transport/connection-state.js";
import type { TopicFrame, Transport } from "../transport/transport.js";
import type { WireFailure } from "../wire/decode-error.js";
import type { Target } from "../wire/target.js";
import type { ConnectionItem, Item } from "./messages.js";
import { createRing } from "./ring.js";

/** What a subscription's lanes share: one lane of the leader's own transport. */
export interface Source {
  /** It has been open before, at least. */
  readonly isOpen: boolean;
  readonly isLive: boolean;
  /** The place that its lanes have reached; `undefined` before the first, and within a gap. */
  readonly reached: string | undefined;
  /**
   * What a lane gets that joins at a cursor, before all that is emitted from now on. `undefined`: it can't join there.
   * Without a cursor it can join only before the first frame: a lane that began later would begin at a later place.
   */
  join(cursor: string | undefined): readonly Item[] | undefined;
  /** What follows a cursor, for a lane that is live at another source; `undefined` if that isn't known. */
  after(cursor: string | undefined): readonly Item[] | undefined;
  start(): void;
  nudge(): void;
  /** Makes an attempt that is due by now: a hidden tab's timers are late. */
  check(now: number): void;
  close(): void;
}

/** A subscription as the leader knows it: without a contract, which may be newer or older in another tab. */
export const rawTarget = (path: string, isGet: boolean, text: string | undefined): Target<AnySubscription> => ({
  // With no errors declared and no state, nothing is decoded.
  procedure: {
    kind: "subscription",
    path,
    errors: {},
    ...(isGet && { method: "GET" }),
  } as unknown as AnySubscription,
  input: text === undefined ? undefined : JSON.parse(text),
  text,
});

export function createSource(
  transport: Transport,
  target: Target<AnySubscription>,
  start: string | undefined,
  emit: (item: Item) => void,
): Source {
  const ring = createRing(start);
  let cursor = start;
  let isInGap = false;
  let open: OpenFrame | undefined;
  let connection: ConnectionItem | undefined;
  const resume = {
    get cursor() {
      return cursor;
    },
    get resumeFrom() {
      return cursor;
    },
  };
  const isLive = () => connection?.status === "live";

  function keep(frame: TopicFrame): void {
    switch (frame.kind) {
      case "event":
      case "at":
        ring.push(frame);
        break;
      case "live":
        if (frame.id !== undefined && frame.id !== cursor) ring.push({ kind: "at", id: frame.id });
        break;
      case "snapshot":
        ring.restart(frame.id);
        break;
      case "reset":
        ring.restart(undefined);
        isInGap = true; // the cursor stays: after a cut, the server tells of the gap again
        return;
      default:
        frame satisfies never;
    }
    if (frame.id === undefined) return;
    cursor = frame.id;
    isInGap = false;
  }

  const lane = transport.lane(
    { target, resume },
    {
      opened(frame) {
        open = frame;
        emit(frame);
      },
      frame(frame) {
        keep(frame);
        emit(frame);
      },
      changed(changed) {
        connection = itemOf(changed);
        emit(connection);
      },
      over: (error) => emit({ kind: "over", error: error && failureIn(error) }),
    },
  );
  const framesAfter = (from: string | undefined) => (from === undefined ? undefined : ring.after(from));
  return {
    get isOpen() {
      return open !== undefined;
    },
    get isLive() {
      return isLive();
    },
    get reached() {
      return isInGap ? undefined : cursor;
    },
    after(from) {
      const frames = framesAfter(from);
      return frames && [...frames, ...one(connection)];
    },
    join(from) {
      if (!open) return from === start ? one(connection) : undefined;
      const frames = framesAfter(from);
      if (!frames) return undefined;
      const live: readonly Item[] = isLive()
        ? [cursor === undefined ? { kind: "live" } : { kind: "live", id: cursor }]
        : [];
      return [open, ...frames, ...live, ...one(connection)];
    },
    start: lane.open,
    nudge: lane.nudge,
    check(now) {
      if (connection?.retryAt !== undefined && connection.retryAt <= now) lane.nudge();
    },
    close: lane.close,
  };
}

const one = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

const itemOf = ({ status, attempt, since, retryAt, stale, error }: Connection): ConnectionItem => ({
  kind: "connection",
  status,
  attempt,
  since,
  ...(retryAt !== undefined && { retryAt }),
  ...(stale && { stale }),
  ...(error && { error: failureIn(error) }),
});

/** What can be posted of an error. Its data is JSON, unless the application threw it. */
function failureIn({ code, message, status, data, issues, retryAfter }: SluiceError): WireFailure {
  const known = { code, message, status, retryAfter };
  try {
    return JSON.parse(JSON.stringify({ ...known, data, issues })) as WireFailure;
  } catch {
    return known;
  }
}
