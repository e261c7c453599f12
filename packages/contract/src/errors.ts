import { own } from "./own.js";
import { boundRetryAfter } from "./retry-after.js";
import { isErrorNamed } from "./thrown.js";

/** One row of the table of built-in codes. A tuple, because every client bundles the table. */
type ErrorRow = readonly [
  status: number,
  /** The `title` of a problem+json response, and the default message. */
  title: string,
  /**
   * Where the error arises: on the server before a stream starts (`http`), on the server within a stream (`stream`),
   * or in the client.
   */
  raisedBy: "http" | "stream" | "client",
  /** What a client does without being asked: retry, call its refresh hook once (401), or give up. */
  retry: "yes" | "refresh" | "no",
];

/** Every code that Sluice itself uses. Codes that a contract declares can't replace these. */
export const errorTable = {
  badRequest: [400, "Bad request", "http", "no"],
  unauthorized: [401, "Unauthorized", "http", "refresh"],
  forbidden: [403, "Forbidden", "http", "no"],
  notFound: [404, "Not found", "http", "no"],
  methodNotAllowed: [405, "Method not allowed", "http", "no"],
  conflict: [409, "Conflict", "http", "no"],
  payloadTooLarge: [413, "Payload too large", "http", "no"],
  unsupportedMediaType: [415, "Unsupported media type", "http", "no"],
  tooManyRequests: [429, "Too many requests", "http", "yes"],
  internal: [500, "Internal error", "http", "yes"],
  unavailable: [503, "Service unavailable", "http", "yes"],
  interrupted: [410, "The stream was cut and cannot be resumed", "stream", "no"],
  gap: [410, "History after the cursor is no longer available", "stream", "no"],
  contractMismatch: [500, "An event does not fit the contract", "stream", "no"],
  network: [0, "The server cannot be reached", "client", "yes"],
  timeout: [0, "The server did not answer in time", "client", "yes"],
  aborted: [0, "Aborted", "client", "no"],
  protocol: [0, "The answer is not a Sluice answer", "client", "no"],
} as const satisfies Record<string, ErrorRow>;

/** A code of the built-in table. (`Exclude` only keeps editors and errors from writing out all codes.) */
export type BuiltInCode = Exclude<keyof typeof errorTable, never>;

/** One problem with the input, and its place. */
export interface ErrorIssue {
  readonly message: string;
  /** Keys from the root of the input to the value. Empty for the input itself. */
  readonly path: readonly (string | number)[];
}

/** What an error carries besides its code. */
export interface SluiceErrorOptions<Data = unknown> {
  /**
   * Default: the title of the code in the table, or the code itself. Clients see the message, except for `internal`.
   */
  message?: string | undefined;
  data?: Data | undefined;
  /** HTTP status. Default: the status in the table, or 422 for a code that a contract declares. */
  status?: number | undefined;
  issues?: readonly ErrorIssue[] | undefined;
  /** Never sent over the wire. */
  cause?: unknown;
  /**
   * Milliseconds after which a client may try again (`Retry-After`), at most one day. A negative value counts as 0. A
   * value that isn't finite is ignored.
   */
  retryAfter?: number | undefined;
}

/** The data of the `unavailable` of a publish whose events may be in the log, or not. */
export interface UnknownOutcome {
  readonly outcome: "unknown";
  /** The events had an idempotency key, so a repetition publishes nothing twice. */
  readonly isKeyed: boolean;
}

/** The data says that something may have been published. Never throws. */
export const isUnknownOutcome = (data: unknown): data is UnknownOutcome =>
  typeof data === "object" && (data as Partial<UnknownOutcome> | null)?.outcome === "unknown";

const isUnsafe = ({ code, data }: SluiceError): boolean =>
  code === "unavailable" && isUnknownOutcome(data) && !data.isKeyed;

/** The row of a built-in code. */
const rowOf = (code: string): ErrorRow | undefined => own<ErrorRow>(errorTable, code);

/** What a client does after an error with this code. Declared and unknown codes aren't retried. PROTOCOL §11. */
export const retryOf = (code: string): ErrorRow[3] => rowOf(code)?.[3] ?? "no";

export const isBuiltInCode = (code: string): code is BuiltInCode => Object.hasOwn(errorTable, code);

/**
 * The only error class of the server and the client. `code` is a built-in code or one that the contract declares.
 *
 * @example
 * try {
 *   await client.scores.report(goal);
 * } catch (thrown) {
 *   const error = thrown as ErrorOf<typeof contract.scores.report>; // a union by `code`, so that `data` has a type
 *   if (error.code === "matchNotFound") console.log(error.data.matchId);
 * }
 * @example if (SluiceError.is(error, "matchNotFound")) return; // where not every error is one of a procedure
 */
export class SluiceError<Code extends string = string, Data = unknown> extends Error {
  override readonly name = "SluiceError";
  // All are set by the constructor: `declare` keeps them from being emitted a second time, as fields.
  declare readonly code: Code;
  declare readonly data: Data;
  declare readonly status: number;
  declare readonly issues: readonly ErrorIssue[] | undefined;
  declare readonly retryAfter: number | undefined;

  constructor(code: Code, options: SluiceErrorOptions<Data> = {}) {
    const [status = 422, title = code] = rowOf(code) ?? [];
    super(options.message ?? title, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data as Data;
    this.status = options.status ?? status;
    this.issues = options.issues;
    this.retryAfter = boundRetryAfter(options.retryAfter);
  }

  /**
   * True if the same request may succeed when it is repeated, according to the table of codes. Always false for a
   * declared code, and for an `unavailable` whose events may have been published without an idempotency key: a repetition
   * might publish them twice (see `UnknownOutcome`).
   */
  get retryable(): boolean {
    return retryOf(this.code) === "yes" && !isUnsafe(this);
  }

  /**
   * Returns true if `error` is a Sluice error and, if `code` is given, has that code. It also recognises errors from
   * another copy of the package. It never throws, even if reading `error` throws.
   */
  static is<Code extends string = string>(error: unknown, code?: Code): error is SluiceError<Code> {
    return (
      isErrorNamed(error, "SluiceError") && hasReadableMembers(error) && (code === undefined || error.code === code)
    );
  }

  /**
   * Returns the error itself if it is a Sluice error. Anything else becomes `internal` with the error as its cause,
   * which is never sent to clients. It never throws, and the result is safe to read.
   */
  static from(error: unknown): SluiceError {
    return asSluiceError(error);
  }
}

// Outside the class: a bundler renames a class that refers to itself, and a console would print `_SluiceError`.
const asSluiceError = (error: unknown): SluiceError =>
  SluiceError.is(error) ? error : new SluiceError("internal", { cause: error });

/** Checks that all members can be read: any error could have this name. */
function hasReadableMembers(error: Error): error is SluiceError {
  try {
    const { code, message, status, data, issues, retryAfter } = error as SluiceError;
    void { status, data, issues, retryAfter };
    return typeof code === "string" && typeof message === "string";
  } catch {
    return false;
  }
}
