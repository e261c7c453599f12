export type { ErrorOf, EventDataOf, EventOf, InputOf, OutputOf, StateOf } from "@sluice/contract";
export { SluiceError } from "@sluice/contract";
export { createClient } from "./client.js";
export type { ClientOptions } from "./client-options.js";
export type { Clock } from "./platform/clock.js";
export type {
  BodyReader,
  CredentialsMode,
  FetchBody,
  FetchInit,
  FetchLike,
  FetchResponse,
  HeadersLike,
} from "./platform/fetch.js";
export type { Wake } from "./platform/wake.js";
export type { CallOptions, CallProcedure, Client, ClientTree, SubscriptionProcedure } from "./procedure/procedure.js";
export type { EventHandlers, IterateOptions, Reset, SubscriptionHandlers } from "./subscription/handlers.js";
export type { SkippedEvent } from "./subscription/skipped-event.js";
export type { StoreOf, SubscriptionSnapshot, SubscriptionStore } from "./subscription/store.js";
export type { Connection, ConnectionStatus } from "./transport/connection-state.js";
