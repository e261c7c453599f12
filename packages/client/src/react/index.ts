export { type SkipToken, skipToken } from "@tanstack/react-query";
export type { CallKey, ProcedureKey, ViewKey } from "../cache/keys.js";
export type { Connection, ConnectionStatus } from "../connection/connection-state.js";
export { mutationOptions, queryOptions } from "./call-options.js";
export type { TypedKey, TypedQueryOptions } from "./option-types.js";
export { subscriptionOptions } from "./subscription-options.js";
export { type HandlerOptions, type SubscriptionResult, useSubscription } from "./use-subscription.js";
export type { FoldOptions, ViewData, ViewOptions } from "./view-options.js";
