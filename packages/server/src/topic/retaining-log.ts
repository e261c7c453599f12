import type { Log } from "@sluice/log";
import type { RetentionByPath } from "../options/retain.js";

/** Gives each append the retention of its topic's procedure. */
export function retainingLog(log: Log, retain: RetentionByPath): Log {
  if (retain.size === 0) return log;
  const append: Log["append"] = (topic, events, options) => {
    const retention = retain.get(pathOf(topic));
    return log.append(topic, events, retention ? { ...options, retain: retention } : options) as never;
  };
  // Each method by name: an engine may be an instance of a class, of which a spread would copy nothing.
  return {
    append,
    findAppend: (topic, key) => log.findAppend(topic, key),
    open: (topic, options) => log.open(topic, options),
    watch: (topic, onAppend) => log.watch(topic, onAppend),
    saveSnapshot: (topic, cursor, data) => log.saveSnapshot(topic, cursor, data),
    trim: (topic, upTo) => log.trim(topic, upTo),
    acquire: (topic, request) => log.acquire(topic, request),
    renew: (lease) => log.renew(lease),
    release: (lease) => log.release(lease),
    free: (topic) => log.free(topic),
    onStatus: (listener) => log.onStatus?.(listener) ?? (() => {}),
    close: async () => log.close?.(),
  } satisfies Required<Log>;
}

/** A topic's name is its procedure's path, or `path?key`. PROTOCOL §6.4. */
function pathOf(topic: string): string {
  const end = topic.indexOf("?");
  return end === -1 ? topic : topic.slice(0, end);
}
