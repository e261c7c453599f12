import type { LogSetupOptions } from "@sluice/log/conformance";
import { openRedisLog } from "./engine.js";
import { resolveOptions } from "./options.js";

export interface TestLogOptions {
  readonly url: string;
  readonly prefix: string;
  readonly options: LogSetupOptions;
}

/** What Lua finds at a key of the prefix, which is not in the text: so cases with equal options have equal scripts. */
const numberAt = (name: string) => `tonumber(redis.call('GET', string.match(KEYS[1], '^(.-):{')..':${name}') or 0)`;

/** Opens a log whose clock is Redis's, or stands at what is at `prefix:still`, and is moved by what is at `prefix:shift`. */
export function openTestLog({ url, prefix, options }: TestLogOptions) {
  const { name: _, ...given } = options;
  const settings = resolveOptions({ ...given, url, prefix, timeout: 10_000 });
  const still = `(function(still)
    local clock = redis.call('TIME')
    return still == 0 and 0 or still - clock[1] * 1000 - math.floor(clock[2] / 1000)
  end)(${numberAt("still")})`;
  const shift = `${numberAt("shift")} + ${still}`;
  return { settings, shift, ...openRedisLog(settings, shift) };
}

/** The same for a process of its own: see `test/support/log-in-child.ts`. */
export function openLog(options: TestLogOptions) {
  const { log, touch } = openTestLog(options);
  return { log, advance: touch };
}
