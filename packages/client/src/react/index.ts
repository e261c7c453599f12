"use client";

export type { SubscriptionSnapshot } from "../subscription/store.js";
export type { Connection, ConnectionStatus } from "../transport/connection-state.js";
export type { HandlerOptions } from "./handler-options.js";
export { useSubscription } from "./use-subscription.js";
