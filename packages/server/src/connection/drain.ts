import { checkWhole } from "../options.js";
import type { Runtime } from "../runtime.js";

/** Lets all connections go; see `Sluice.drain`. */
export async function drain(runtime: Runtime, timeout: number): Promise<void> {
  checkWhole({ timeout }, { least: 0, unit: "milliseconds" });
  runtime.draining = true;
  runtime.runs.close();
  const closed = [...runtime.connections].map(
    (connection) =>
      new Promise<void>((resolve) => {
        connection.lifetime.watch({ onEnd: resolve });
        connection.drain();
      }),
  );
  if (closed.length === 0) return runtime.runs.stop();
  const late = {
    tick: 0,
    fire: () => {
      for (const connection of [...runtime.connections]) connection.cut();
    },
  };
  runtime.wheel.schedule(late, timeout);
  await Promise.all(closed);
  runtime.wheel.cancel(late);
  // Whoever attaches to what ran here, at another server, finds an end and waits for nothing.
  await runtime.runs.stop();
}
