export { carryCodec, codecOf, type ProcedureCodec } from "./codec.js";
export type { Coder } from "./coder.js";
export { defineContract, mutation, query, subscription } from "./contract.js";
export { type ContractTree, isProcedure, proceduresOf } from "./contract-tree.js";
export { encodeInput } from "./encode-input.js";
export { checkJson, type EncodedJson, encodeJson, encodeJsonAsync } from "./encode-json.js";
export {
  type BuiltInCode,
  type ErrorIssue,
  errorTable,
  isBuiltInCode,
  isUnknownOutcome,
  retryOf,
  SluiceError,
  type SluiceErrorOptions,
  type UnknownOutcome,
} from "./errors.js";
export { ChangedInPlaceError, createFoldStep, type FoldStep, type FoldStepOptions } from "./fold-step.js";
export { freezeFolded, freezeShared } from "./freeze.js";
export type {
  DeclaredErrors,
  ErrorData,
  ErrorOf,
  EventDataOf,
  EventInputOf,
  EventOf,
  InputOf,
  KeyOf,
  LeftOut,
  NoInput,
  OutputOf,
  ParsedInputOf,
  StateOf,
  WithoutInput,
} from "./infer.js";
export { boundIssues, maxDetail, shorten } from "./issues.js";
export { canonicalJson, inJson, type Json } from "./json.js";
export { checkFunctions, checkNames, type NamesOf, type OptionsPlace, shown } from "./options.js";
export { own } from "./own.js";
export {
  type AnyMutation,
  type AnyProcedure,
  type AnyQuery,
  type AnySubscription,
  type ErrorDefinition,
  type ErrorDefinitions,
  type EventSchemas,
  type Mutation,
  type Query,
  type Start,
  type StateDefinition,
  type Subscription,
  stateVersionOf,
} from "./procedure.js";
export type { CallOptions, SubscriptionOptions } from "./procedure-options.js";
export { ContractError } from "./rules.js";
export { type CodeOf, coderOf, type Schema, type WireOf } from "./schema.js";
export { sha256 } from "./sha256.js";
export { shortName } from "./short-name.js";
export { isErrorNamed, legible, messageOf, printThrown } from "./thrown.js";
export { topicKeyOf, topicNamed, topicOf } from "./topic.js";
export { ValidationError } from "./validation-error.js";
