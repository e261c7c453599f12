export type { ErrorOf, EventDataOf, EventOf, InputOf, OutputOf, StateOf } from "@sluice/contract";
export { SluiceError } from "@sluice/contract";
export { createClient } from "./client.js";
export type {
  CallOptions,
  CallProcedure,
  Client,
  EventHandlers,
  IterateOptions,
  Reset,
  SubscriptionHandlers,
  SubscriptionProcedure,
} from "./procedure.js";
export type { ClientOptions, SkippedEvent } from "./transport/client-options.js";
export type { Clock } from "./transport/clock.js";
export type { Connection, ConnectionStatus } from "./transport/connection-state.js";
export type {
  BodyReader,
  CredentialsMode,
  FetchBody,
  FetchInit,
  FetchLike,
  FetchResponse,
  HeadersLike,
} from "./transport/fetch.js";
export type { WireClient, WireSubscriptionHandlers, WireSubscriptionProcedure } from "./wire/wire-types.js";
