import { checkNames, type NamesOf, shown } from "@sluice/contract/internal";
import { checkOneOf } from "../options/check.js";

export interface DisconnectOptions {
  /** Only subscriptions with this tag: one of the context's `tags`. Default: all. */
  readonly tag?: string | undefined;
  /**
   * The error that the client gets: `"forbidden"` (default) ends the subscription for good, `"unauthorized"` makes the
   * client refresh its credentials and reconnect.
   */
  readonly reason?: "forbidden" | "unauthorized" | undefined;
}

/** Selects the subscriptions that `disconnect` ends: those that match all given fields. */
export interface DisconnectFilter extends DisconnectOptions {
  /** Path of the procedure, such as `scores/watch`. */
  readonly path?: string;
  /**
   * The key fields of the input, in wire form. Requires `path`. Where all fields form the key, fields with a default
   * may be left out.
   */
  readonly key?: unknown;
}

/** Ends open subscriptions, on all servers on the log; see `Sluice.disconnect`. */
export type Disconnect = (filter: DisconnectFilter) => Promise<Disconnected>;

export interface Disconnected {
  /** Number of open subscriptions that this server has ended. */
  readonly ended: number;
}

const optionNames: NamesOf<DisconnectOptions> = { tag: true, reason: true };

/** @throws TypeError if an option is unknown, or has a wrong value. */
export function checkDisconnect(
  options: DisconnectOptions,
  names: NamesOf<DisconnectOptions> = optionNames,
): { readonly tag: string | undefined; readonly reason: "forbidden" | "unauthorized" } {
  checkNames("disconnect", options ?? null, names);
  const { tag, reason = "forbidden" } = options;
  checkOneOf("disconnect", "reason", reason, ["forbidden", "unauthorized"]);
  if (tag !== undefined && typeof tag !== "string") {
    throw new TypeError(`disconnect: tag is ${shown(tag)}; allowed is a string.`);
  }
  return { tag, reason };
}
