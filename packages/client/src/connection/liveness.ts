import { SluiceError } from "@sluice/contract";
import type { Clock } from "./clock.js";

/** Heartbeats that may stay out before a connection counts as dead. */
const patience = 2.5;

/** Notices a connection that nothing comes over. */
export interface Liveness {
  /** `$open` came: from now on bytes are due at this interval, in milliseconds. 0: none are promised. */
  opened(heartbeat: number): void;
  /** Bytes came. */
  touch(): void;
  /** While the reader holds the stream back, silence says nothing. */
  hold(held: boolean): void;
  /** Looks now, as after a sleep that timers didn't see. */
  check(): void;
  stop(): void;
}

/**
 * Until `$open` a connect timeout runs, then a watchdog. Bytes only note the time, and one timer looks at it: nothing is
 * armed per chunk.
 */
export function createLiveness(clock: Clock, connectTimeout: number, onDead: (error: SluiceError) => void): Liveness {
  let lastByteAt = clock.now();
  let limit = connectTimeout;
  let held = false;
  let isOpen = false;
  let timer: unknown = clock.setTimeout(check, connectTimeout);

  function check(): void {
    clock.clearTimeout(timer);
    timer = undefined;
    if (limit === 0) return;
    const silence = held ? 0 : clock.now() - lastByteAt;
    if (silence < limit) {
      timer = clock.setTimeout(check, limit - silence);
      return;
    }
    const message = isOpen
      ? `Nothing came for ${silence} ms, more than ${patience} heartbeats.`
      : `The server did not open the stream within ${connectTimeout} ms.`;
    onDead(new SluiceError("timeout", { message }));
  }

  return {
    opened(heartbeat) {
      isOpen = true;
      limit = heartbeat * patience;
      lastByteAt = clock.now();
      check();
    },
    touch() {
      // Bytes before `$open`, such as a proxy's padding, don't prolong the connect timeout.
      if (isOpen) lastByteAt = clock.now();
    },
    hold(value) {
      held = value;
      if (isOpen) lastByteAt = clock.now();
    },
    check() {
      if (timer !== undefined) check();
    },
    stop() {
      clock.clearTimeout(timer);
      timer = undefined;
    },
  };
}
