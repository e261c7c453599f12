/** Milliseconds for which a generator that never waits may hold the event loop. */
const longest = 10;
/** The clock is looked at once in so many events. */
const lookEvery = 8;

/**
 * Gives the event loop its turns in a loop that may never wait for anything: what is there at once is answered by
 * microtasks, and while those go on no socket is read, no timer fires and nobody is heard.
 */
export class EventLoopTurns {
  #since = performance.now();
  #events = 0;

  /** To be asked after each event. Resolves after a turn of the event loop, where one is due; `undefined` where none is. */
  due(): Promise<void> | undefined {
    if (++this.#events % lookEvery !== 0 || performance.now() - this.#since < longest) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#since = performance.now();
        resolve();
      }),
    );
  }
}
