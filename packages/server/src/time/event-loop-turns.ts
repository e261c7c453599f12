import { afterTurn } from "./after-turn.js";

/** Milliseconds that a generator which never waits may block the event loop. */
const maxBlocked = 10;
/** Events between two looks at the clock. */
const checkEvery = 8;

/**
 * Yields to the event loop from a loop that may never wait for I/O. Such a loop runs on microtasks alone: no socket is
 * read and no timer fires meanwhile.
 */
export class EventLoopTurns {
  #since = performance.now();
  #events = 0;

  /**
   * Call it after each event. It returns a promise if the event loop is due for a turn, which resolves after that turn;
   * else `undefined`.
   */
  due(): Promise<void> | undefined {
    if (++this.#events % checkEvery !== 0 || performance.now() - this.#since < maxBlocked) return undefined;
    return new Promise((resolve) =>
      afterTurn(() => {
        this.#since = performance.now();
        resolve();
      }),
    );
  }
}
