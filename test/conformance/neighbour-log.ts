import { type Log, memoryLog } from "@sluice/server";
import { inLanes, isNeighbours } from "./in-lanes.js";

/**
 * The log, with one of their own for the neighbours: they must not notice what a test does to its log, and are not counted
 * by it.
 */
export function apartFromNeighbours(log: Log): Log {
  if (!inLanes) return log;
  const apart = made.get(log) ?? separate(log);
  made.set(log, apart);
  return apart;
}

/** Servers on one log stay on one. */
const made = new WeakMap<Log, Log>();

function separate(log: Log): Log {
  const theirs = memoryLog();
  const of = (topic: string) => (isNeighbours(topic) ? theirs : log);
  return {
    ...log,
    append: (topic, ...rest) => of(topic).append(topic, ...rest),
    findAppend: (topic, ...rest) => of(topic).findAppend(topic, ...rest),
    open: (topic, ...rest) => of(topic).open(topic, ...rest),
    watch: (topic, ...rest) => of(topic).watch(topic, ...rest),
  };
}
