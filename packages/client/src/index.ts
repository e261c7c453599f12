export type { ErrorOf, EventDataOf, EventOf, InputOf, OutputOf, StateOf } from "@sluice/contract";
export { SluiceError } from "@sluice/contract";
export { createClient } from "./client.js";
export type { ClientOptions, SkippedEvent } from "./connection/client-options.js";
export type { Clock } from "./connection/clock.js";
export type { Connection, ConnectionStatus } from "./connection/connection-state.js";
export type {
  BodyReader,
  CredentialsMode,
  FetchBody,
  FetchInit,
  FetchLike,
  FetchResponse,
  HeadersLike,
} from "./connection/fetch.js";
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
export type { WireClient, WireSubscriptionHandlers, WireSubscriptionProcedure } from "./wire/wire-types.js";
