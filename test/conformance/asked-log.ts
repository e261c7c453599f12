import type { Log } from "@sluice/server";

type Method = (...args: unknown[]) => Promise<unknown>;

/** The log with each of its methods in another one's place, but for `watch`. */
function wrapped(log: Log, wrap: (name: string, method: Method) => Method): Log {
  const methods = Object.entries(log).filter(([name, each]) => typeof each === "function" && name !== "watch");
  return { ...log, ...Object.fromEntries(methods.map(([name, method]) => [name, wrap(name, method as Method)])) };
}

/** A log that notes which of its methods were called, in order. */
export function askedLog(log: Log) {
  const asked: string[] = [];
  const noting = wrapped(log, (name, method) => (...args) => {
    asked.push(name);
    return method(...args);
  });
  /** What was called since this was asked last. */
  const since = () => asked.splice(0);
  return { log: noting, since };
}

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** A log of which every call, word of an append and watch takes its time, as that of a store in the network does. */
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
