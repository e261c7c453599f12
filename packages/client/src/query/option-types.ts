import type {
  dataTagErrorSymbol,
  dataTagSymbol,
  QueryFunction,
  QueryKey,
  UseQueryOptions,
} from "@tanstack/react-query";

/**
 * What a query key knows of the data that it is for, as TanStack's `DataTag`. By a name of this package: the declaration
 * file of whoever exports such options would else hold two symbols that it doesn't import.
 */
export interface TypedKey<Data, Failure> {
  [dataTagSymbol]: Data;
  [dataTagErrorSymbol]: Failure;
}

/** Options for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and whatever else of TanStack Query takes options. */
export type TypedQueryOptions<Data, Failure, Key extends QueryKey, Skip = never> = Omit<
  UseQueryOptions<Data, Failure, Data, Key>,
  "queryKey" | "queryFn"
> & {
  queryKey: Key & TypedKey<Data, Failure>;
  queryFn: QueryFunction<Data, Key> | Skip;
};
