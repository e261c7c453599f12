import { type Log, memoryLog } from "@sluice/log";

/** A log in memory that knows its topics. */
export interface TopicsLog {
  readonly log: Log;
  /** Those of a procedure, or all that were ever named. */
  topics(path?: string): readonly string[];
}

export function createTopicsLog(): TopicsLog {
  const log = memoryLog();
  const names = new Set<string>();
  return {
    log: {
      ...log,
      append: (name, ...rest) => {
        names.add(name);
        return log.append(name, ...rest);
      },
      open: (name, options) => {
        names.add(name);
        return log.open(name, options);
      },
    },
    // Servers talk to each other in `$control`.
    topics: (path) => [...names].filter((name) => (path ? name.split("?", 1)[0] === path : !name.startsWith("$"))),
  };
}
