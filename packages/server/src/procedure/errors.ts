import {
  type BuiltInCode,
  type ErrorData,
  type ErrorDefinitions,
  isUnknownOutcome,
  type Schema,
  SluiceError,
  type SluiceErrorOptions,
  type UnknownOutcome,
  ValidationError,
} from "@sluice/contract";
import {
  boundIssues,
  encodeJson,
  errorTable,
  isBuiltInCode,
  isErrorNamed,
  maxDetail,
  shorten,
} from "@sluice/contract/internal";
import { LogError } from "@sluice/log";
import { isPublishFailure } from "../publish/publish-failure.js";

type RaisableRow = readonly [status: number, title: string, raisedBy: "http", retry: string];

/** The built-in codes that server code may throw. */
export type RaisableCode = {
  [Code in BuiltInCode]: (typeof errorTable)[Code] extends RaisableRow ? Code : never;
}[BuiltInCode];

type BuiltInOptions = Pick<SluiceErrorOptions, "message" | "cause" | "retryAfter">;
type DeclaredOptions<Data> = Pick<SluiceErrorOptions, "message" | "cause" | "retryAfter"> &
  ([Data] extends [undefined] ? { data?: undefined } : { data: Data });

/**
 * Makes errors by name: the built-in ones, and those that the procedure's contract declares.
 *
 * @example throw errors.unauthorized();
 * @example throw errors.matchNotFound({ data: { matchId } });
 */
export type ErrorsOf<Errors extends ErrorDefinitions> = {
  readonly [Code in RaisableCode]: (options?: BuiltInOptions) => SluiceError<Code, undefined>;
} & {
  readonly [Code in keyof Errors & string]: undefined extends ErrorData<Errors[Code]>
    ? (options?: DeclaredOptions<ErrorData<Errors[Code]>>) => SluiceError<Code, ErrorData<Errors[Code]>>
    : (options: DeclaredOptions<ErrorData<Errors[Code]>>) => SluiceError<Code, ErrorData<Errors[Code]>>;
};

/** Only the built-in errors. */
export type BuiltInErrors = ErrorsOf<{}>;

type ErrorFactory = (options?: SluiceErrorOptions) => SluiceError;

const builtIn: Record<string, ErrorFactory> = Object.create(null);
for (const [code, [, , raisedBy]] of Object.entries(errorTable)) {
  if (raisedBy === "http") builtIn[code] = (options) => new SluiceError(code, options);
}

const factories = new WeakMap<ErrorDefinitions, Readonly<Record<string, ErrorFactory>>>();

/** The factories for one procedure, created once. */
export function errorsFor(definitions: ErrorDefinitions): Readonly<Record<string, ErrorFactory>> {
  const known = factories.get(definitions);
  if (known) return known;
  const result: Record<string, ErrorFactory> = Object.assign(Object.create(null), builtIn);
  factories.set(definitions, result);
  for (const [code, { status = 422 }] of Object.entries(definitions)) {
    result[code] = (options) => new SluiceError(code, { ...options, status });
  }
  return result;
}

/**
 * The error that a client sees. A declared or built-in error keeps its code; any other becomes `internal`, without
 * details. Data is in wire form.
 */
export function toPublicError(error: unknown, definitions: ErrorDefinitions): SluiceError {
  if (LogError.is(error)) return storeAway();
  try {
    return publicPart(SluiceError.from(error), definitions) ?? new SluiceError("internal");
  } catch (cause) {
    // A getter threw, or the data does not fit its schema. The validation error says more than the error itself.
    return new SluiceError("internal", { cause: isErrorNamed(cause, "ValidationError") ? cause : error });
  }
}

/** Another server may reach the store, and soon this one will again. */
const storeAway = () =>
  new SluiceError("unavailable", { message: "The events' store can't be used at the moment", retryAfter: 1_000 });

/** `undefined`: the client may see nothing of it. */
function publicPart(error: SluiceError, definitions: ErrorDefinitions): SluiceError | undefined {
  const { code, data, issues, retryAfter } = error;
  const message = shorten(error.message, maxDetail);
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  if (definition) {
    const { status = 422, data: schema } = definition;
    return new SluiceError(code, { message, status, retryAfter, data: schema && encodeErrorData(code, schema, data) });
  }
  const isTellable = isBuiltInCode(code) && code !== "internal" && errorTable[code][2] !== "client";
  if (!isTellable) return undefined;
  return new SluiceError(code, {
    message,
    retryAfter,
    issues: issues && boundIssues(issues),
    data: knownData(code, data),
  });
}

/** The data of a built-in error that the protocol names. */
function knownData(code: BuiltInCode, data: unknown): unknown {
  if (code === "unavailable" && isUnknownOutcome(data)) return unknownOf(data);
  if (code !== "payloadTooLarge") return undefined;
  const { maxSubscriptions } = (data ?? {}) as { readonly maxSubscriptions?: unknown };
  return typeof maxSubscriptions === "number" ? { maxSubscriptions } : undefined;
}

/** Only what the protocol names: a getter could say something else each time. */
const unknownOf = ({ isKeyed }: UnknownOutcome): UnknownOutcome => ({ outcome: "unknown", isKeyed: isKeyed === true });

/** The error for `onError`: the thrown one, or the reason why a declared error could not be sent. */
export const reported = (error: unknown, seen: SluiceError): unknown => seen.cause ?? error;

/** Contract mismatches that were reported: clients retry, and get the same error object each time. */
const reportedSkews = new WeakSet<object>();

/** Whether an error has details that its client does not see. Then `onError` gets it. */
export function isToReport(error: unknown, { code }: SluiceError): boolean {
  if (LogError.is(error) || isPublishFailure(error)) return true;
  if (code !== "unavailable") return code === "internal" || code === "contractMismatch";
  if (!(error instanceof SluiceError) || !isErrorNamed(error.cause, "ContractSkewError") || reportedSkews.has(error))
    return false;
  reportedSkews.add(error);
  return true;
}

/** @throws ValidationError if JSON cannot represent the data, while another response can still be sent. */
function encodeErrorData(code: string, schema: Schema, data: unknown): unknown {
  try {
    const encoded = encodeJson(schema, data);
    return encoded && JSON.parse(encoded.json);
  } catch (error) {
    throw error instanceof ValidationError
      ? new ValidationError(error.issues, `The data of the error "${code}"`)
      : error;
  }
}
