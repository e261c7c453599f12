import { SluiceError } from "@sluice/contract";
import type { Clock } from "../platform/clock.js";

/** Heartbeats that may stay out before a connection counts as dead. */
const patience = 2.5;

/** Notices a connection that nothing comes over. */
export interface Liveness {
  /**
   * `$open` came: from now on bytes are due at `heartbeat`, in milliseconds. 0: none are promised. Of a stream that may be taken up
   * again, as most may, the machine's clock counts, too: see `createLiveness`.
   */
  opened(heartbeat: number, resumable?: boolean): void;
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
 *
 * Time is measured by a clock that nobody can set. That one may stand still while the machine sleeps, and a connection that
 * died in the meantime would pass for live. So of a resumable stream the machine's clock counts as well: where it was only set,
 * a false alarm costs one reconnect, by which nothing is lost.
 */
export function createLiveness(
  clock: Required<Clock>,
  connectTimeout: number,
  onDead: (error: SluiceError) => void,
): Liveness {
  let lastByteAt = clock.monotonic();
  /** The same by the machine's clock. */
  let lastByteTime = 0;
  let mayHaveSlept = false;
  let limit = connectTimeout;
  let held = false;
  let isOpen = false;
  let timer: unknown = clock.setTimeout(check, connectTimeout);

  function check(): void {
    clock.clearTimeout(timer);
    timer = undefined;
    if (limit === 0) return;
    const awake = clock.monotonic() - lastByteAt;
    const silence = held ? 0 : mayHaveSlept ? Math.max(awake, clock.now() - lastByteTime) : awake;
    if (silence < limit) {
      timer = clock.setTimeout(check, limit - silence);
      return;
    }
    const message = isOpen
      ? `Nothing came for ${Math.round(silence)} ms, more than ${patience} heartbeats.`
      : `The server did not open the stream within ${connectTimeout} ms.`;
    onDead(new SluiceError("timeout", { message }));
  }

  function note(): void {
    lastByteAt = clock.monotonic();
    lastByteTime = clock.now();
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
      // Bytes before `$open`, such as a proxy's padding, don't prolong the connect timeout.
      if (isOpen) note();
    },
    hold(value) {
      held = value;
      if (isOpen) note();
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
