import type { TimerWheel } from "../time/timer-wheel.js";
import type { TurnEnd } from "../time/turn-end.js";
import type { Counters } from "../topic/counters.js";

/** Settings that all event streams of a server share. */
export interface EventStreamSettings {
  readonly wheel: TimerWheel;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Milliseconds that a client waits before it reconnects after a cut. */
  readonly retry: number;
  /** Milliseconds that a full socket may take no bytes before its stream is cut. */
  readonly stallTimeout: number;
  readonly limits: {
    /** Milliseconds that a stream stays open. */
    readonly streamLife: number;
    /** Most bytes of events that are written to a socket at once. */
    readonly bufferedBytes: number;
  };
  /** When streams with many lanes write. */
  readonly turnEnd: TurnEnd;
  /** Called with what a write throws after its turn. */
  readonly onError: (error: unknown) => void;
  /** The set that lists open streams: each leaves it at its end. */
  readonly open: { delete(stream: object): unknown };
  readonly counters: Counters;
}
