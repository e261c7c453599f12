export type { TypedKey, TypedQueryOptions } from "./option-types.js";
export { type SluiceKey, type SluiceNode, sluiceKey } from "./sluice-key.js";
export { sluiceMutation } from "./sluice-mutation.js";
export { sluiceQuery } from "./sluice-query.js";
export { sluiceSubscription } from "./sluice-subscription.js";
export type { FoldOptions, ViewData, ViewOptions } from "./view-options.js";
