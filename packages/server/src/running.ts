import type { Exchange } from "./http/exchange.js";

/**
 * What an adapter knows of a Sluice: code of the copy of this package that made it. A process may hold two copies, as bundlers make one
 * for each entry; what passes between them is an `Exchange` and what hangs on it.
 */
export interface Running {
  /** See `handle` in handler.ts. */
  handle(exchange: Exchange): Promise<boolean>;
  report(error: unknown, path: string, context: unknown): void;
}

const prefix = "sluice.running/";

/** Every copy of the package finds it. The number changes with `Running` and `Exchange`. */
export const runningKey: unique symbol = Symbol.for(`${prefix}1`) as never;

/** @throws TypeError for what is no Sluice, or one that another version made: before the first request. */
export function runningOf(sluice: object): Running {
  const found = (sluice as { readonly [runningKey]?: Running } | undefined)?.[runningKey];
  if (found) return found;
  const others = Object.getOwnPropertySymbols(sluice ?? {}).filter(({ description }) =>
    description?.startsWith(prefix),
  );
  throw new TypeError(
    others.length > 0
      ? "This Sluice was made by another version of @sluice/server than its adapter is of: install one version (see `npm ls @sluice/server`)."
      : "An adapter was given something that is no Sluice; pass it what createSluice() returns.",
  );
}
