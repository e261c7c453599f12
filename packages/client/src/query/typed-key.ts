import type { AnyQuery, OutputOf } from "@sluice/contract";
import type { dataTagErrorSymbol, dataTagSymbol } from "@tanstack/query-core";

/** A query's output in the cache, which can't hold `undefined`. */
export type Cached<P extends AnyQuery> = [OutputOf<P>] extends [void] ? null : OutputOf<P>;

/**
 * Ties a query key to the type of its data, as TanStack's `DataTag` does. Named here, so that declaration files of
 * applications that export such options don't mention two symbols that they don't import.
 */
export interface TypedKey<Data, Failure> {
  [dataTagSymbol]: Data;
  [dataTagErrorSymbol]: Failure;
}
