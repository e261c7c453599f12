export type { CallKey, ProcedureKey, ViewKey } from "./keys.js";
export type { TypedKey, TypedQueryOptions } from "./option-types.js";
export { sluiceMutation } from "./sluice-mutation.js";
export { sluiceQuery } from "./sluice-query.js";
export { sluiceSubscription } from "./sluice-subscription.js";
export type { FoldOptions, ViewData, ViewOptions } from "./view-options.js";
