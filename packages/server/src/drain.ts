import { checkNames } from "@sluice/contract/internal";
import type { Admission } from "./admission/admission.js";
import { checkWhole } from "./options/check.js";
import type { Presence } from "./presence/presence.js";
import type { Runs } from "./runs/runs.js";
import type { Sources } from "./source/sources.js";
import type { TimerWheel } from "./time/timer-wheel.js";

export interface DrainOptions {
  /** Milliseconds until streams that are still open are closed. Default: 5,000. */
  readonly timeout?: number;
}

export interface DrainParts {
  readonly admission: Admission;
  readonly presence: Presence;
  readonly sources: Sources;
  readonly runs: Runs;
  readonly wheel: TimerWheel;
}

/** Drains all clients; see `Sluice.drain`. */
export async function drain(
  { admission, presence, sources, runs, wheel }: DrainParts,
  options: DrainOptions = {},
): Promise<void> {
  const timeout = checkDrain("drain", options);
  admission.isClosed = true;
  runs.close();
  presence.close(); // before the clients are told: they come to another server next, and must not have left after that
  const handedOver = sources.stop(); // to servers to which the clients come next
  const closed = [...admission.streams].map(
    (stream) =>
      new Promise<void>((resolve) => {
        stream.lifetime.watch({ onEnd: resolve });
        stream.drain();
      }),
  );
  const stopped = () => Promise.all([handedOver, runs.stop()]);
  if (closed.length === 0) return void (await stopped());
  const deadline = {
    tick: 0,
    fire: () => {
      for (const stream of [...admission.streams]) stream.cut();
    },
  };
  wheel.schedule(deadline, timeout);
  await Promise.all(closed);
  wheel.cancel(deadline);
  // Clients that attach to these runs at another server must find an end, or they would wait for nothing.
  await stopped();
}

/**
 * @returns the timeout
 * @throws TypeError if an option is unknown, RangeError if the timeout is not a whole number of milliseconds.
 */
export function checkDrain(of: string, options: DrainOptions): number {
  checkNames<DrainOptions>(of, options, { timeout: true });
  const { timeout = 5_000 } = options;
  checkWhole({ timeout }, { min: 0, unit: "milliseconds" });
  return timeout;
}
