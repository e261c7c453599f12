import { openRedisLog, type RedisLog } from "./engine.js";
import { type RedisLogOptions, resolveOptions } from "./options.js";

/**
 * A log in Redis or Valkey, 6.2 or later: any number of servers share it, and each can publish, serve and resume what another one
 * published. It makes two connections, at once and by itself, and keeps them until `close`.
 *
 * While Redis is away, calls reject with a `LogError`, and nothing is sent later. When it is back, all readers look at their cursors
 * again: where Redis has lost their history in a failover, they are told.
 *
 * Redis needs `maxmemory-policy noeviction`: otherwise all calls reject.
 *
 * @throws TypeError or RangeError if an option is not allowed. The message names the option, the given value and what is allowed.
 *
 * @example
 * ```ts
 * const log = redisLog({ url: "redis://cache:6379" });
 * const sluice = createSluice(router, { log });
 * ```
 */
export function redisLog(options: RedisLogOptions): RedisLog {
  return openRedisLog(resolveOptions(options)).log;
}
