import type { Clock, Log } from "@sluice/server";

// What a process that is killed has: nothing of it goes on, though its objects are still in this process.

/** A clock whose timers end with the process. */
export function mortalClock(clock: Clock, isDead: () => boolean): Clock {
  return {
    ...clock,
    setInterval(callback, ms) {
      const handle = clock.setInterval(() => {
        if (isDead()) clock.clearInterval(handle);
        else callback();
      }, ms);
      return handle;
    },
  };
}

/** They tell at any time. */
const told = ["watch", "onStatus"];

export interface MortalLogOptions {
  readonly isDead: () => boolean;
  /** Called after each call, and before each answer and each wake-up is passed on. */
  readonly look: () => void;
}

/** A log that answers nobody, and wakes nobody, once its process is dead. */
export function mortalLog(log: Log, { isDead, look }: MortalLogOptions): Log {
  /** What is answered to a dead process stays unanswered. */
  const whileAlive = <Answer>(asked: Promise<Answer>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const pass =
        <T>(on: (given: T) => void) =>
        (given: T) => {
          if (isDead()) return;
          look();
          on(given);
        };
      asked.then(pass(resolve), pass(reject));
    });
  const mortal =
    <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    (...args: Args): Promise<Answer> => {
      if (isDead()) return new Promise(() => {});
      const asked = ask(...args);
      look();
      return whileAlive(asked);
    };
  const calls = Object.entries(log).filter(([name, call]) => typeof call === "function" && !told.includes(name));
  const mortals = Object.fromEntries(calls.map(([name, call]) => [name, mortal(call as () => Promise<unknown>)]));
  return {
    ...log,
    ...mortals,
    watch(topic, onAppend) {
      const watch = log.watch(topic, (wakeup) => {
        if (isDead()) return;
        look();
        onAppend(wakeup);
      });
      const ready = whileAlive(watch.ready);
      ready.catch(() => {});
      return { ready, stop: watch.stop };
    },
  };
}
