import { LogError } from "@sluice/log";

/** Most attempts, and milliseconds between two of them: a store is away for less. */
const [most, pause] = [200, 10];

/** Asks until the store is there. Not for ever: the server may be shutting down. */
export async function atLast(ask: () => Promise<unknown>): Promise<void> {
  for (let attempts = 0; attempts < most; attempts++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!LogError.is(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
