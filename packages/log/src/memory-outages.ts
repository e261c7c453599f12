import { checkAppend } from "./engine/append.js";
import type { Log } from "./log.js";
import { LogError } from "./port/log-error.js";

interface Outages {
  readonly log: Log;
  outage(meanwhile: (other: Log) => Promise<void>): Promise<void>;
}

/** Makes a log that can be cut off from `other`, like an engine whose store is away. */
export function withOutages(other: Log): Outages {
  let isAway = false;
  const watchers = new Set<() => void>();
  const listeners = new Set<(status: "up" | "down") => void>();
  const say = (status: "up" | "down") => {
    for (const listener of [...listeners]) listener(status);
  };

  function unlessAway<Args extends unknown[], T>(ask: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
    return (...args) =>
      isAway ? Promise.reject(new LogError("unavailable", "The store can't be reached.")) : ask(...args);
  }

  const log: Log = {
    ...other,
    append: async (topic, events, options) => {
      checkAppend(events, options);
      return unlessAway(other.append)(topic, events, options) as ReturnType<typeof other.append<never, never>>;
    },
    findAppend: unlessAway(other.findAppend),
    open: unlessAway(other.open),
    saveSnapshot: unlessAway(other.saveSnapshot),
    trim: unlessAway(other.trim),
    acquire: unlessAway(other.acquire),
    renew: unlessAway(other.renew),
    release: unlessAway(other.release),
    free: unlessAway(other.free),
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watch(topic, onAppend) {
      const watch = other.watch(topic, (wakeup) => {
        if (!isAway) onAppend(wakeup);
      });
      const tell = () => onAppend();
      watchers.add(tell);
      return {
        ready: watch.ready,
        stop() {
          watchers.delete(tell);
          watch.stop();
        },
      };
    },
  };
  return {
    log,
    async outage(meanwhile) {
      isAway = true;
      say("down");
      try {
        await meanwhile(other);
        await new Promise((resolve) => setTimeout(resolve)); // the watchers of `other` are called, and nobody hears it
      } finally {
        isAway = false;
      }
      say("up");
      for (const tell of watchers) tell();
    },
  };
}
