export { type SkipToken, skipToken } from "@tanstack/react-query";
export { mutationOptions, queryOptions } from "../query/call-options.js";
export type { CallKey, ProcedureKey, ViewKey } from "../query/keys.js";
export type { TypedKey, TypedQueryOptions } from "../query/option-types.js";
export { subscriptionOptions } from "../query/subscription-options.js";
export type { FoldOptions, ViewData, ViewOptions } from "../query/view-options.js";
export type { Connection, ConnectionStatus } from "../transport/connection-state.js";
export type { HandlerOptions } from "./handler-options.js";
export { type SubscriptionResult, useSubscription } from "./use-subscription.js";
