import type { SluiceError } from "@sluice/contract";
import { isDevelopment } from "#development";
import type { Clock } from "../platform/clock.js";
import { createTimer } from "../platform/timer.js";
import { timeoutError } from "../wire/failure.js";

/** Heartbeats without a byte after which a connection counts as dead. */
const patience = 2.5;

/** Detects a dead connection. */
export interface Liveness {
  /**
   * `$open` came: from now on bytes are due every `heartbeat` milliseconds. 0: none are promised. For a resumable
   * stream (default), the wall clock counts as well: see `createLiveness`.
   */
  opened(heartbeat: number, resumable?: boolean): void;
  /** Bytes came. */
  touch(): void;
  /** While the reader holds the stream back, silence means nothing. */
  hold(held: boolean): void;
  /** Checks now, as after a sleep that stopped the timers. */
  check(): void;
  stop(): void;
}

/**
 * A connect timeout until `$open`, then a watchdog. Bytes only set a time that one timer checks: no timer is set per
 * chunk.
 *
 * Time is monotonic. That clock may stop while the machine sleeps, and a connection that died meanwhile would pass for
 * live. So for a resumable stream the wall clock counts as well: if it was only set, the false alarm costs one
 * reconnect and no event.
 */
export function createLiveness(
  clock: Required<Clock>,
  connectTimeout: number,
  onDead: (error: SluiceError) => void,
): Liveness {
  const { now, monotonic } = clock;
  let lastByteAt = monotonic();
  /** The same by the wall clock. */
  let lastByteTime = 0;
  let mayHaveSlept = false;
  let limit = connectTimeout;
  let held = false;
  let isOpen = false;
  let isStopped = false;
  const timer = createTimer(clock);
  timer.set(check, connectTimeout);

  function check(): void {
    timer.clear();
    if (limit === 0) return;
    const awake = monotonic() - lastByteAt;
    const silence = held ? 0 : mayHaveSlept ? Math.max(awake, now() - lastByteTime) : awake;
    if (isStopped) return; // the application's clock did that
    if (silence < limit) {
      timer.set(check, limit - silence);
      return;
    }
    onDead(timeoutError(isDevelopment ? describe(silence) : undefined));
  }

  const describe = (silence: number) =>
    isOpen
      ? `Nothing came for ${Math.round(silence)} ms, more than ${patience} heartbeats.`
      : `The server did not open the stream within ${connectTimeout} ms.`;

  function note(): void {
    lastByteAt = monotonic();
    lastByteTime = now();
  }

  return {
    opened(heartbeat, resumable = true) {
      isOpen = true;
      mayHaveSlept = resumable;
      limit = heartbeat * patience;
      note();
      check();
    },
    touch() {
      // Bytes before `$open`, such as a proxy's padding, don't extend the connect timeout.
      if (isOpen) note();
    },
    hold(value) {
      held = value;
      if (isOpen) note();
    },
    check() {
      if (timer.isSet) check();
    },
    stop() {
      isStopped = true;
      timer.clear();
    },
  };
}
