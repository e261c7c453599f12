"use client";

export type { Connection, ConnectionStatus } from "../transport/connection-state.js";
export type { HandlerOptions } from "./handler-options.js";
export { type SubscriptionResult, useSubscription } from "./use-subscription.js";
