import { sluiceNode } from "@sluice/server/node";
import type { LiveService, Target } from "../measure/service.ts";
import { sluiceTarget } from "./sluice-service.ts";

const own = sluiceTarget((sluice) => sluiceNode(sluice));

export const target: Target = {
  ...own,
  /** The plain path, to compare with: one topic. */
  lanes: async () => ({ ...((await own.live?.()) as LiveService), lanes: 1 }),
};
