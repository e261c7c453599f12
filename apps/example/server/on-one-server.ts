import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@sluice/server";

/** Milliseconds for which a server may be silent before another one takes its place. */
const ttl = 3_000;

/** A server's time for a job. */
export interface Turn {
  /** The job belongs to another server, or to none: publish nothing more. */
  readonly aborted: boolean;
}

interface Job {
  readonly log: Log;
  /** The same on all servers. */
  readonly name: string;
  /** This server no longer wants the job. */
  readonly signal: AbortSignal;
  /** Returns soon after `turn.aborted` becomes true. */
  run(turn: Turn): Promise<void>;
}

/**
 * Runs a job on one of the servers that share the log: on the one that holds a lease. If that server dies, another one begins within
 * four seconds; if it stops, within one.
 */
export async function onOneServer({ log, name, signal, run }: Job): Promise<void> {
  const topic = `one-server/${name}`;
  const holder = randomUUID();
  while (!signal.aborted) {
    const asked = performance.now();
    const lease = await log.acquire(topic, { ttl, holder }).catch(() => undefined);
    if (lease) {
      let heldUntil = asked + ttl;
      const turn: Turn = {
        get aborted() {
          // By this server's clock, too: it may have been stopped for longer than the lease.
          return signal.aborted || performance.now() >= heldUntil;
        },
      };
      let isRunning = true;
      const running = run(turn)
        .catch((error) => signal.aborted || console.error(`The job "${name}" failed:`, error))
        .finally(() => (isRunning = false));
      for (;;) {
        await pause(signal);
        if (turn.aborted || !isRunning) break;
        const renewed = performance.now();
        // If the log is away, it isn't known: then the lease is held as long as it lasts.
        const isHeld = await log.renew(lease).catch(() => undefined);
        if (isHeld !== undefined) heldUntil = isHeld ? renewed + ttl : 0;
      }
      await log.release(lease).catch(() => {});
      await running;
    }
    await pause(signal);
  }
}

/** `ref: false`: the timer alone doesn't keep the process alive. */
const pause = (signal: AbortSignal) => sleep(ttl / 3, undefined, { ref: false, signal }).catch(() => {});
