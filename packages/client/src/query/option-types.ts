import type { AnyQuery, OutputOf } from "@sluice/contract";
import type {
  dataTagErrorSymbol,
  dataTagSymbol,
  QueryFunction,
  QueryKey,
  UseQueryOptions,
} from "@tanstack/react-query";

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

/**
 * Options for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and the other functions of TanStack Query that take
 * options.
 */
export type TypedQueryOptions<Data, Failure, Key extends QueryKey, Skip = never> = Omit<
  UseQueryOptions<Data, Failure, Data, Key>,
  "queryKey" | "queryFn"
> & {
  queryKey: Key & TypedKey<Data, Failure>;
  queryFn: QueryFunction<Data, Key> | Skip;
};
