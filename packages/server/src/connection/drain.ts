import type { Runtime } from "../runtime.js";

/** Longest that a client is told to wait; each gets a random part of it, so that they don't all come at once. */
const stagger = 1_000;

/** Lets all connections go; see `Sluice.drain`. */
export async function drain(runtime: Runtime, timeout: number): Promise<void> {
  runtime.draining = true;
  const closed = [...runtime.connections].map(
    (connection) =>
      new Promise<void>((resolve) => {
        connection.signal.addEventListener("abort", () => resolve(), { once: true });
        connection.send({ kind: "drain", retry: Math.ceil(Math.random() * stagger) });
      }),
  );
  if (closed.length === 0) return;
  const late = runtime.wheel.schedule(timeout, () => {
    for (const connection of [...runtime.connections]) connection.cut();
  });
  await Promise.all(closed);
  runtime.wheel.cancel(late);
}
