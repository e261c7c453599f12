import {
  type BuiltInCode,
  boundIssues,
  type ErrorData,
  type ErrorDefinitions,
  encodeJson,
  errorTable,
  isBuiltInCode,
  isErrorNamed,
  maxDetail,
  type Schema,
  SluiceError,
  type SluiceErrorOptions,
  shorten,
  ValidationError,
} from "@sluice/contract";

type RaisableRow = { readonly raisedBy: "http" };

/** The built-in codes that a server's code may raise. */
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

/** The built-in errors alone. */
export type BuiltInErrors = ErrorsOf<{}>;

type Make = (options?: SluiceErrorOptions) => SluiceError;

const builtIn: Record<string, Make> = Object.create(null);
for (const code of Object.keys(errorTable) as BuiltInCode[]) {
  if (errorTable[code].raisedBy === "http") builtIn[code] = (options) => new SluiceError(code, options);
}

const made = new WeakMap<ErrorDefinitions, Readonly<Record<string, Make>>>();

/** The makers for one procedure, made once. */
export function errorsFor(definitions: ErrorDefinitions): Readonly<Record<string, Make>> {
  const known = made.get(definitions);
  if (known) return known;
  const makers: Record<string, Make> = Object.assign(Object.create(null), builtIn);
  made.set(definitions, makers);
  for (const [code, { status = 422 }] of Object.entries(definitions)) {
    makers[code] = (options) => new SluiceError(code, { ...options, status });
  }
  return makers;
}

/**
 * What a client gets to see of an error: its own if it is declared or built in, `internal` without a word of the inside
 * for everything else. Data goes out in wire form.
 */
export function toPublicError(error: unknown, definitions: ErrorDefinitions): SluiceError {
  try {
    return publicPart(SluiceError.from(error), definitions) ?? new SluiceError("internal");
  } catch (cause) {
    // A getter that throws, or data that doesn't fit, of which there is more to say than of the error itself.
    return new SluiceError("internal", { cause: isErrorNamed(cause, "ValidationError") ? cause : error });
  }
}

/** `undefined`: nothing of it is for a client. */
function publicPart(error: SluiceError, definitions: ErrorDefinitions): SluiceError | undefined {
  const { code, data, issues, retryAfter } = error;
  const message = shorten(error.message, maxDetail);
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  if (definition) {
    const { status = 422, data: schema } = definition;
    return new SluiceError(code, { message, status, retryAfter, data: schema && wireOf(code, schema, data) });
  }
  const isTellable = isBuiltInCode(code) && code !== "internal" && errorTable[code].raisedBy !== "client";
  return isTellable ? new SluiceError(code, { message, retryAfter, issues: issues && boundIssues(issues) }) : undefined;
}

/** What `onError` is told: the error as it was thrown, or why it could not be sent as the declared one that it was. */
export const reported = (error: unknown, seen: SluiceError): unknown => seen.cause ?? error;

/** Those of a contract that doesn't fit which were told: clients come again and again, and meet the same one. */
const told = new WeakSet<object>();

/** Whether there is more to an error than its client gets to see: `onError` is told then. */
export function isToReport(error: unknown, { code }: SluiceError): boolean {
  if (code !== "unavailable") return code === "internal" || code === "contractMismatch";
  if (!(error instanceof SluiceError) || !isErrorNamed(error.cause, "ContractSkewError") || told.has(error))
    return false;
  told.add(error);
  return true;
}

/** @throws ValidationError for what JSON cannot say, while there is still another answer. */
function wireOf(code: string, schema: Schema, data: unknown): unknown {
  try {
    const encoded = encodeJson(schema, data);
    return encoded && JSON.parse(encoded.json);
  } catch (error) {
    throw error instanceof ValidationError
      ? new ValidationError(error.issues, `The data of the error "${code}"`)
      : error;
  }
}
