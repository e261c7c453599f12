import { checkNames } from "@sluice/contract";
import { checkWhole } from "./options.js";
import type { Runtime } from "./runtime.js";

export interface DrainOptions {
  /** Milliseconds until streams that are still open are closed. Default: 5,000. */
  readonly timeout?: number;
}

/** Lets all connections go; see `Sluice.drain`. */
export async function drain(runtime: Runtime, options: DrainOptions = {}): Promise<void> {
  checkNames<DrainOptions>("drain", options, { timeout: true });
  const { timeout = 5_000 } = options;
  checkWhole({ timeout }, { least: 0, unit: "milliseconds" });
  runtime.draining = true;
  runtime.runs.close();
  const closed = [...runtime.connections].map(
    (stream) =>
      new Promise<void>((resolve) => {
        stream.lifetime.watch({ onEnd: resolve });
        stream.drain();
      }),
  );
  if (closed.length === 0) return runtime.runs.stop();
  const late = {
    tick: 0,
    fire: () => {
      for (const stream of [...runtime.connections]) stream.cut();
    },
  };
  runtime.wheel.schedule(late, timeout);
  await Promise.all(closed);
  runtime.wheel.cancel(late);
  // Whoever attaches to what ran here, at another server, finds an end and waits for nothing.
  await runtime.runs.stop();
}
