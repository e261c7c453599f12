export { defineContract, mutation, query, subscription } from "./contract.js";
export type { ContractTree } from "./contract-tree.js";
export {
  type BuiltInCode,
  type ErrorIssue,
  isUnknownOutcome,
  SluiceError,
  type SluiceErrorOptions,
  type UnknownOutcome,
} from "./errors.js";
export { ChangedInPlaceError } from "./fold-step.js";
export type {
  DeclaredErrors,
  ErrorData,
  ErrorOf,
  EventDataOf,
  EventInputOf,
  EventOf,
  InputOf,
  KeyOf,
  NoInput,
  OutputOf,
  ParsedInputOf,
  StateOf,
  WithoutInput,
} from "./infer.js";
export type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ErrorDefinition,
  ErrorDefinitions,
  EventSchemas,
  Mutation,
  Query,
  Start,
  StateDefinition,
  Subscription,
} from "./procedure.js";
export type { CallOptions, SubscriptionOptions } from "./procedure-options.js";
export { ContractError } from "./rules.js";
export type { CodeOf, Schema, WireOf } from "./schema.js";
export { ValidationError } from "./validation-error.js";
