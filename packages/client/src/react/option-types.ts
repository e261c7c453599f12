import type { AnySubscription } from "@sluice/contract";
import type { DataTag, QueryFunction, QueryKey, UseQueryOptions } from "@tanstack/react-query";

/** Options for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and whatever else of TanStack Query takes options. */
export type TypedQueryOptions<Data, Failure, Key extends QueryKey, Skip = never> = Omit<
  UseQueryOptions<Data, Failure, Data, Key>,
  "queryKey" | "queryFn"
> & {
  queryKey: DataTag<Key, Data, Failure>;
  queryFn: QueryFunction<Data, Key> | Skip;
};

/** A subscription that takes no input. */
export type WithoutInput = AnySubscription & { readonly input: undefined };
