import { SluiceError } from "@sluice/contract";
import { type Frame, type OpenFrame, parseCursor } from "@sluice/contract/wire";
import type { Connection, ConnectionStatus } from "../transport/connection-state.js";
import type { LaneRequest, LaneSink, TopicFrame, Transport } from "../transport/transport.js";
import type { FakeTab } from "./browser.test-kit.js";
import { at } from "./set-up.test-kit.js";

interface Stream {
  readonly tab: string;
  readonly path: string;
  readonly cursor: string | undefined;
  readonly method: string | undefined;
}

/** A server with a log for each path, and the transports of tabs to it. All that it sends comes as tasks of the tab. */
export interface LogServer {
  /** @param touch is called where a transport calls the application: its clock, and then `headers`. */
  transportOf(tab: FakeTab, touch?: () => void): Transport;
  /** Appends events to a path's log. Their data is their offset. */
  readonly publish: (path: string, events?: number) => void;
  headOf(path: string): number;
  /** Forgets all but the last events. */
  trim(path: string, kept: number): void;
  /** Cuts all streams. They are opened again by `nudge`, or when the server is told to. */
  cut(more?: Partial<Connection>): void;
  /** The server reaches its log no more, or again. */
  tellStore(isUp: boolean): void;
  /** Opens streams that wait. */
  reopen(): void;
  /** Ends a path's streams, with an error or without. */
  end(path: string, error?: SluiceError): void;
  /** Requests wait for their answer as long as this is true. */
  holds: boolean;
  /** What is said in `$open`. */
  openFrame: Partial<OpenFrame>;
  /** All requests so far. */
  readonly requests: readonly Stream[];
  /** The streams that are open. */
  readonly streams: readonly Stream[];
}

interface Log {
  head: number;
  oldest: number;
}

interface OpenLane extends Stream {
  readonly owner: FakeTab;
  status: ConnectionStatus;
  position: number;
  open(): void;
  send(...frames: (TopicFrame | OpenFrame)[]): void;
  become(status: ConnectionStatus, more?: Partial<Connection>): void;
  tell(more: Partial<Connection>): void;
  over(error: SluiceError | undefined): void;
}

export function createLogServer(): LogServer {
  const logs = new Map<string, Log>();
  const lanes = new Set<OpenLane>();
  const requests: Stream[] = [];
  let isHolding = false;
  const held: (() => void)[] = [];
  const logOf = (path: string): Log => {
    const log = logs.get(path) ?? { head: 0, oldest: 0 };
    logs.set(path, log);
    return log;
  };
  const isOpen = ({ status, owner }: OpenLane) => status === "live" && !owner.isDead;
  const eventAt = (path: string, offset: number): TopicFrame => ({
    kind: "event",
    type: path === "scores/watch" ? "goal" : "post",
    data: JSON.stringify(path === "scores/watch" ? { team: "home" } : String(offset)),
    id: at(offset),
  });
  const snapshotAt = (offset: number): TopicFrame => ({
    kind: "snapshot",
    data: JSON.stringify({ home: offset, away: 0, endedAt: null }),
    id: at(offset),
  });

  const server = {
    openFrame: {} as Partial<OpenFrame>,
    get holds() {
      return isHolding;
    },
    set holds(value: boolean) {
      isHolding = value;
      for (const answer of value ? [] : held.splice(0)) answer();
    },
    requests,
    get streams() {
      return [...lanes].filter(isOpen);
    },
    transportOf: (tab: FakeTab, touch = () => {}): Transport => ({
      lane(request, sink) {
        touch();
        return createLane(tab, request, sink, touch);
      },
    }),
    publish(path: string, events = 1) {
      for (let i = 0; i < events; i++) {
        const offset = ++logOf(path).head;
        for (const lane of lanes) {
          if (lane.path !== path || !isOpen(lane)) continue;
          lane.position = offset;
          lane.send(eventAt(path, offset));
        }
      }
    },
    headOf: (path: string) => logOf(path).head,
    trim(path: string, kept: number) {
      const log = logOf(path);
      log.oldest = Math.max(0, log.head - kept);
    },
    cut(more: Partial<Connection> = {}) {
      for (const lane of lanes) lane.become("reconnecting", { attempt: 1, error: new SluiceError("network"), ...more });
    },
    tellStore(isUp: boolean) {
      for (const lane of lanes) lane.tell(isUp ? {} : { stale: true });
    },
    reopen() {
      for (const lane of [...lanes]) if (lane.status === "reconnecting") lane.open();
    },
    end(path: string, error?: SluiceError) {
      for (const lane of [...lanes]) if (lane.path === path) lane.over(error);
    },
  };

  function createLane(tab: FakeTab, { target, resume }: LaneRequest, sink: LaneSink, touch: () => void) {
    const { path, method } = target.procedure;
    let isClosed = false;
    const later = (run: () => void): void =>
      tab.task(() => {
        if (!isClosed) run();
      });
    const lane: OpenLane = {
      owner: tab,
      tab: tab.name,
      path,
      cursor: undefined,
      method,
      status: "closed",
      position: 0,
      send: (...frames) =>
        later(() => {
          for (const frame of frames) {
            if (isClosed) return;
            if (frame.kind === "open") sink.opened(frame);
            else sink.frame(frame);
          }
        }),
      become(status, more = {}) {
        if (status === lane.status) return;
        lane.status = status;
        lane.tell(more);
      },
      tell(more) {
        const { status } = lane;
        later(() => sink.changed({ status, attempt: 0, since: 0, cursor: () => resume.cursor, ...more }));
      },
      over(error) {
        lanes.delete(lane);
        lane.become("closed", { ...(error && { error }) });
        later(() => {
          isClosed = true;
          sink.over(error);
        });
      },
      open() {
        if (isHolding) return void held.push(lane.open);
        later(() => {
          const cursor = resume.resumeFrom;
          requests.push({ tab: tab.name, path, cursor, method });
          const log = logOf(path);
          const isState = path === "scores/watch";
          const position = cursor === undefined ? undefined : (parseCursor(cursor)?.offset ?? 0);
          const frames: (TopicFrame | OpenFrame)[] = [
            { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, ...server.openFrame },
          ];
          let from = position ?? log.head;
          if (position !== undefined && position < log.oldest) {
            frames.push({ kind: "reset", reason: "trimmed", oldest: at(log.oldest), head: at(log.head) });
            from = log.oldest;
            if (isState) frames.push(snapshotAt(from));
            else frames.push({ kind: "at", id: at(from) });
          } else if (position === undefined && isState) {
            frames.push(snapshotAt(from));
          }
          for (let offset = from + 1; offset <= log.head; offset++) frames.push(eventAt(path, offset));
          frames.push({ kind: "live", id: at(log.head) } as Frame as TopicFrame);
          lane.position = log.head;
          lane.send(...frames);
          lane.become("live");
        });
      },
    };
    const open = (): void => {
      touch();
      if (isClosed) return;
      lanes.add(lane);
      if (lane.status !== "live") {
        lane.status = "connecting";
        sink.changed({ status: "connecting", attempt: 1, since: 0, cursor: () => resume.cursor });
      }
      lane.open();
    };
    return {
      open,
      nudge() {
        touch();
        if (!isClosed && lane.status === "reconnecting") lane.open();
      },
      close() {
        isClosed = true;
        lanes.delete(lane);
        touch();
      },
    };
  }
  return server;
}
