export {
  type DehydratableQuery,
  type DehydrateDefaults,
  type HydrateDefaults,
  type HydrationOptions,
  hydration,
} from "./hydration.js";
export type { FetchContext, Retry, TypedQueryOptions } from "./option-types.js";
export type { OptimisticOptions, Pending } from "./pending-types.js";
export { type SluiceKey, type SluiceNode, sluiceKey } from "./sluice-key.js";
export { type OptimisticMutationOptions, sluiceMutation, type TypedMutationOptions } from "./sluice-mutation.js";
export { type Echo, type PendingOptions, sluicePending } from "./sluice-pending.js";
export { sluiceQuery } from "./sluice-query.js";
export { sluiceSubscription } from "./sluice-subscription.js";
export type { TypedKey } from "./typed-key.js";
export type { FoldOptions, ViewData, ViewOptions } from "./view-options.js";
