import type { SluiceKey } from "./sluice-key.js";
import type { TypedKey } from "./typed-key.js";

/** The part of TanStack's context that query functions use. */
export interface FetchContext {
  /** The QueryClient. */
  readonly client: object;
  readonly queryKey: readonly unknown[];
  readonly signal: AbortSignal;
}

/** TanStack's `retry`. It also tells its hooks the type of the error. */
export type Retry<Failure> = boolean | number | ((failureCount: number, error: Failure) => boolean);

/**
 * Options for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and the other functions of TanStack Query that take
 * options. Plain types, and not TanStack's: its classes have private members, so those of two copies don't fit.
 */
export interface TypedQueryOptions<Data, Failure, Skip = never> {
  queryKey: SluiceKey & TypedKey<Data, Failure>;
  queryFn: ((context: FetchContext) => Promise<Data>) | Skip;
  retry?: Retry<Failure>;
  /** As TanStack's; not set. From it `useQueries` infers the type of the error. */
  throwOnError?: boolean | ((error: Failure, query: object) => boolean);
}
