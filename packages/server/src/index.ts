export { SluiceError } from "@sluice/contract";
export { type Appended, type Log, LogError, type MemoryLogOptions, memoryLog, type Retention } from "@sluice/log";
export type { Disconnect, Disconnected, DisconnectFilter, DisconnectOptions } from "./control/disconnect-options.js";
export type { DrainOptions } from "./drain.js";
export type { Limits } from "./options/limits.js";
export type { Retain } from "./options/retain.js";
export type { CallOptions } from "./procedure/call.js";
export type { BuiltInErrors, ErrorsOf, RaisableCode } from "./procedure/errors.js";
export {
  type CallBuilder,
  type Implementer,
  implement,
  type SubscriptionBuilder,
} from "./procedure/implement.js";
export type {
  Filter,
  Generator,
  Handler,
  HandlerArgs,
  Implementation,
  LiveOptions,
  OwnSnapshot,
  SnapshotFunction,
  StreamArgs,
  StreamOptions,
  Yielded,
} from "./procedure/implementation.js";
export type { Middleware, MiddlewareArgs, MiddlewareResult, ProcedureArgs } from "./procedure/middleware.js";
export type { RevocableContext } from "./procedure/revocable-context.js";
export type { Router, RouterTree } from "./procedure/router.js";
export type {
  GetTopic,
  Published,
  PublishOptions,
  ReadStateOptions,
  StateAt,
  StatefulTopic,
  Stopped,
  Topic,
  TopicOf,
} from "./publish/topic-handle.js";
export { createSluice, type Sluice } from "./sluice.js";
export type { ErrorReport, SluiceOptions } from "./sluice-options.js";
export type { Stats } from "./stats.js";
export type { Clock } from "./time/clock.js";
export { createPublisher, type Publisher, type PublisherOptions } from "./topic-handle/create-publisher.js";
