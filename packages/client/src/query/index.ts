export type { FetchContext, Retry, TypedQueryOptions } from "./option-types.js";
export { type SluiceKey, type SluiceNode, sluiceKey } from "./sluice-key.js";
export { sluiceMutation, type TypedMutationOptions } from "./sluice-mutation.js";
export { sluiceQuery } from "./sluice-query.js";
export { sluiceSubscription } from "./sluice-subscription.js";
export type { TypedKey } from "./typed-key.js";
export type { FoldOptions, ViewData, ViewOptions } from "./view-options.js";
