import type { Log } from "@sluice/server";

type Method = (...args: unknown[]) => Promise<unknown>;

/** The log with all its methods wrapped, except `watch`. */
function wrapped(log: Log, wrap: (name: string, method: Method) => Method): Log {
  const methods = Object.entries(log).filter(([name, each]) => typeof each === "function" && name !== "watch");
  return { ...log, ...Object.fromEntries(methods.map(([name, method]) => [name, wrap(name, method as Method)])) };
}

/** A log that records the names of the methods that are called. */
export function askedLog(log: Log) {
  const asked: string[] = [];
  const noting = wrapped(log, (name, method) => (...args) => {
    asked.push(name);
    return method(...args);
  });
  /** The names of the methods that were called since the last call of this one. */
  const since = () => asked.splice(0);
  return { log: noting, since };
}

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** A log whose calls, wake-ups and watches are delayed, as in a store on the network. */
export function lateLog(log: Log): Log {
  const late = wrapped(log, (_name, method) => async (...args) => {
    await tick();
    const answer = await method(...args);
    await tick();
    return answer;
  });
  return {
    ...late,
    watch(topic, onAppend) {
      let isOn = true;
      let stop = () => {};
      const ready = tick().then(() => {
        if (!isOn) return;
        ({ stop } = log.watch(topic, async (wakeup) => {
          await tick();
          if (isOn) onAppend(wakeup);
        }));
      });
      return {
        ready,
        stop() {
          isOn = false;
          stop();
        },
      };
    },
  };
}
