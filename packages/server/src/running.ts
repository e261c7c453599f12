import type { Exchange } from "./http/exchange.js";

/**
 * The part of a Sluice that adapters use, from the copy of this package that made the Sluice. A process may hold two
 * copies, because bundlers make one per entry. Only an `Exchange` and its members pass between them.
 */
export interface Running {
  /** See `handle` in handler.ts. */
  handle(exchange: Exchange): Promise<boolean>;
  report(error: unknown, path: string, context: unknown): void;
  /** An adapter without `identify` was made. */
  warnOfUnidentified(): void;
}

interface Adapter {
  /** Whether it has an `identify`. */
  readonly identifies: boolean;
}

const prefix = "sluice.running/";

/** All copies of the package find it. The number changes with `Running` and `Exchange`. */
export const runningKey: unique symbol = Symbol.for(`${prefix}1`) as never;

/**
 * @throws TypeError if the value is not a Sluice, or another version made it. Adapters call it before the first
 * request.
 */
export function runningOf(sluice: object, { identifies }: Adapter): Running {
  const found = (sluice as { readonly [runningKey]?: Running } | undefined)?.[runningKey];
  if (found) {
    if (!identifies) found.warnOfUnidentified();
    return found;
  }
  const others = Object.getOwnPropertySymbols(sluice ?? {}).filter(({ description }) =>
    description?.startsWith(prefix),
  );
  throw new TypeError(
    others.length > 0
      ? "The Sluice was made by another version of @sluice/server than its adapter: install one version (see `npm ls @sluice/server`)."
      : "The adapter was given a value that is not a Sluice; pass the result of createSluice().",
  );
}
