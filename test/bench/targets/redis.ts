import { redisLog } from "@sluice/redis";
import { limits, logService } from "../measure/log-service.ts";
import type { Target } from "../measure/service.ts";

export const target: Target = {
  log: (options) => logService(redisLog({ url: options.store.redis, ...limits }), options),
};
