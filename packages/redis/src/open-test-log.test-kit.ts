import type { LogSetupOptions } from "@sluice/log/conformance";
import { openRedisLog } from "./engine.js";
import { resolveOptions } from "./options.js";

export interface TestLogOptions {
  readonly url: string;
  readonly prefix: string;
  readonly options: LogSetupOptions;
}

/** Opens a log whose clock is Redis's, moved by what is at `prefix:shift`. */
export function openTestLog({ url, prefix, options }: TestLogOptions) {
  const { name: _, ...given } = options;
  const settings = resolveOptions({ ...given, url, prefix, timeout: 10_000 });
  // Not the prefix itself, so that cases with equal options have equal scripts.
  const shift = "tonumber(redis.call('GET', string.match(KEYS[1], '^(.-):{')..':shift') or 0)";
  return { settings, shift, ...openRedisLog(settings, shift) };
}

/** The same for a process of its own: see `test/support/log-in-child.ts`. */
export function openLog(options: TestLogOptions) {
  const { log, touch } = openTestLog(options);
  return { log, advance: touch };
}
