import { redisLog } from "@sluice/redis";
import { sluiceNode } from "@sluice/server/node";
import { sluiceTarget } from "./sluice-service.ts";

export const target = sluiceTarget(
  (sluice) => sluiceNode(sluice),
  ({ redis }) => redisLog({ url: redis }),
);
