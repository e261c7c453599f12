import type { Runtime } from "../runtime.js";
import { type DisconnectFilter, meantBy, revoked, tagsOf } from "./access.js";

/** Ends the streams that a filter means; see `Sluice.disconnect`. */
export function disconnect(runtime: Runtime, filter: DisconnectFilter): number {
  const { tag, path, key, reason = "forbidden" } = filter;
  if (tag === undefined && path === undefined) throw new TypeError("disconnect() needs a tag or a path to go by.");
  if (key !== undefined && path === undefined)
    throw new TypeError("disconnect() by key needs the path it is a key of.");
  const isMeant = meantBy(filter);
  for (const opening of runtime.openings) opening.revoke({ isMeant, reason });
  const open = [...runtime.connections, ...runtime.locals];
  const meant = open.filter(({ source }) => isMeant(source.topic, tagsOf(source.context)));
  for (const connection of meant) connection.revoke(reason, revoked, { isFinal: reason === "forbidden" });
  return meant.length;
}
