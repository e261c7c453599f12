import { SluiceError } from "@sluice/contract";
import type { Runtime } from "../runtime.js";
import { type DisconnectFilter, isMeant } from "./access.js";

/** Ends the streams that a filter means; see `Sluice.disconnect`. */
export function disconnect(runtime: Runtime, filter: DisconnectFilter): number {
  const { tag, path, key, reason = "forbidden" } = filter;
  if (tag === undefined && path === undefined) throw new TypeError("disconnect() needs a tag or a path to go by.");
  if (key !== undefined && path === undefined)
    throw new TypeError("disconnect() by key needs the path it is a key of.");
  const { code, message } = new SluiceError(reason, { message: "The authorisation was revoked" });
  const meant = [...runtime.connections].filter(({ source }) => isMeant(filter, source.topic, source.context));
  for (const connection of meant) connection.finish({ kind: "error", code, message, final: reason === "forbidden" });
  return meant.length;
}
