import { sluiceNode } from "@sluice/server/node";
import { sluiceTarget } from "./sluice-service.ts";
import { openSqlite } from "./sqlite.ts";

export const target = sluiceTarget((sluice) => sluiceNode(sluice), openSqlite);
