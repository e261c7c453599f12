import { type Log, LogError } from "@sluice/log";

/** In the long form, which `npm run test:faults` runs. */
export const isLong = process.env["SLUICE_LONG_FAULTS"] === "1";

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const below = (limit: number): number => Math.floor(Math.random() * limit);

/** What a publisher was told of the events that it published one after the other. */
export interface Published {
  readonly acknowledged: string[];
  readonly failures: { unavailable: number; unknown: number };
  /** The longest time until an append was answered, in milliseconds. */
  slowest: number;
}

export const nothingPublished = (): Published => ({
  acknowledged: [],
  failures: { unavailable: 0, unknown: 0 },
  slowest: 0,
});

export interface Publisher {
  readonly log: Log;
  readonly topic: string;
  readonly name: string;
  readonly published: Published;
}

/** Publishes until `isOver`, each event again with its key until it is acknowledged. */
export async function publishWhile(isOver: () => boolean, { log, topic, name, published }: Publisher): Promise<void> {
  for (let n = 1; !isOver(); n += 1) {
    const data = JSON.stringify(`${name}${n}`);
    await persist(log, topic, data, published);
    published.acknowledged.push(data);
  }
}

async function persist(log: Log, topic: string, data: string, published: Published): Promise<void> {
  for (;;) {
    const start = performance.now();
    try {
      await log.append(topic, [{ type: "n", data }], { idempotencyKey: data });
      return;
    } catch (error) {
      if (!LogError.is(error)) throw error;
      published.failures[error.code] += 1;
      await pause(5);
    } finally {
      published.slowest = Math.max(published.slowest, performance.now() - start);
    }
  }
}

/** Asks until it is answered. */
export async function keepOn<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!LogError.is(error)) throw error;
      await pause(3);
    }
  }
}
