export type { SentinelOptions } from "./client/sentinel.js";
export type { RedisLog } from "./engine.js";
export type { RedisLogClient, RedisLogOptions } from "./options.js";
export { redisLog } from "./redis-log.js";
