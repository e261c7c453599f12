import { getRequestListener } from "@hono/node-server";
import { sluiceFetch } from "@sluice/server/fetch";
import { sluiceTarget } from "./sluice-service.ts";

/** `sluiceFetch` on Hono's Node adapter. */
export const target = sluiceTarget((sluice) => getRequestListener(sluiceFetch(sluice)));
