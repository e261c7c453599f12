import { boundRetryAfter } from "./retry-after.js";
import { isErrorNamed } from "./thrown.js";

/** One row of the closed table of built-in codes: where an error arises, its HTTP status, and whether a client tries again. */
interface ErrorRow {
  readonly status: number;
  /** What stands in `title` of a problem+json answer, and is the message where nobody gave a better one. */
  readonly title: string;
  /** Who raises it: the server before a stream starts (`http`), the server within one (`stream`), or the client itself. */
  readonly raisedBy: "http" | "stream" | "client";
  /** What a client does by itself: try again, ask its refresh hook once (401), or give up. */
  readonly retry: "yes" | "refresh" | "no";
}

/** Every code that Sluice itself uses. Codes that a contract declares stand beside these and never in their place. */
export const errorTable = {
  badRequest: { status: 400, title: "Bad request", raisedBy: "http", retry: "no" },
  unauthorized: { status: 401, title: "Unauthorized", raisedBy: "http", retry: "refresh" },
  forbidden: { status: 403, title: "Forbidden", raisedBy: "http", retry: "no" },
  notFound: { status: 404, title: "Not found", raisedBy: "http", retry: "no" },
  methodNotAllowed: { status: 405, title: "Method not allowed", raisedBy: "http", retry: "no" },
  conflict: { status: 409, title: "Conflict", raisedBy: "http", retry: "no" },
  payloadTooLarge: { status: 413, title: "Payload too large", raisedBy: "http", retry: "no" },
  unsupportedMediaType: { status: 415, title: "Unsupported media type", raisedBy: "http", retry: "no" },
  tooManyRequests: { status: 429, title: "Too many requests", raisedBy: "http", retry: "yes" },
  internal: { status: 500, title: "Internal error", raisedBy: "http", retry: "yes" },
  unavailable: { status: 503, title: "Service unavailable", raisedBy: "http", retry: "yes" },
  interrupted: {
    status: 410,
    title: "The stream was cut and cannot be taken up again",
    raisedBy: "stream",
    retry: "no",
  },
  gap: { status: 410, title: "History after the cursor is no longer to be had", raisedBy: "stream", retry: "no" },
  contractMismatch: {
    status: 500,
    title: "An event does not fit the contract",
    raisedBy: "stream",
    retry: "no",
  },
  network: { status: 0, title: "The server cannot be reached", raisedBy: "client", retry: "yes" },
  timeout: { status: 0, title: "The server did not answer in time", raisedBy: "client", retry: "yes" },
  aborted: { status: 0, title: "Aborted", raisedBy: "client", retry: "no" },
  protocol: { status: 0, title: "The answer is not a Sluice answer", raisedBy: "client", retry: "no" },
} as const satisfies Record<string, ErrorRow>;

/** A code of the built-in table. */
export type BuiltInCode = keyof typeof errorTable;

/** What was wrong with a piece of input, and where. */
export interface ErrorIssue {
  readonly message: string;
  /** Keys from the input's root to the value. Empty for the input itself. */
  readonly path: readonly (string | number)[];
}

/** What an error carries besides its code. */
export interface SluiceErrorOptions<Data = unknown> {
  /** Default: the title of the code in the table, or the code itself. Clients see it, except for `internal`. */
  message?: string | undefined;
  data?: Data | undefined;
  /** HTTP status. Default: the table's, or 422 for codes that a contract declares. */
  status?: number | undefined;
  issues?: readonly ErrorIssue[] | undefined;
  /** Stays on this side of the wire. */
  cause?: unknown;
  /** Milliseconds after which a client may try again (`Retry-After`), at most a day; what is less than 0 is 0, what is not finite is none. */
  retryAfter?: number | undefined;
}

export const isBuiltInCode = (code: string): code is BuiltInCode => Object.hasOwn(errorTable, code);

/**
 * The one error class on both ends. `code` says what happened: a built-in code or one that the contract declares.
 *
 * @example
 * try {
 *   await client.scores.report(goal);
 * } catch (error) {
 *   if (SluiceError.is(error, "matchNotFound")) console.log(error.data);
 * }
 */
export class SluiceError<Code extends string = string, Data = unknown> extends Error {
  override readonly name = "SluiceError";
  readonly code: Code;
  readonly data: Data;
  readonly status: number;
  readonly issues: readonly ErrorIssue[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: Code, options: SluiceErrorOptions<Data> = {}) {
    const row: ErrorRow | undefined = isBuiltInCode(code) ? errorTable[code] : undefined;
    super(options.message ?? row?.title ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data as Data;
    this.status = options.status ?? row?.status ?? 422;
    this.issues = options.issues;
    this.retryAfter = boundRetryAfter(options.retryAfter);
  }

  /** Whether the same request may succeed if it is only made again: by the table of codes. Never so for a declared code. */
  get retryable(): boolean {
    return isBuiltInCode(this.code) && errorTable[this.code].retry === "yes";
  }

  /**
   * Says whether `error` is a Sluice error, and of `code` if one is given; also one that another copy of the package threw. Never
   * throws, also where looking at `error` does.
   */
  static is<Code extends string = string>(error: unknown, code?: Code): error is SluiceError<Code> {
    return isErrorNamed(error, "SluiceError") && isWhole(error) && (code === undefined || error.code === code);
  }

  /**
   * The error itself if it is a Sluice error; anything else becomes `internal`, and its text stays here as the cause. Whatever was
   * thrown, this doesn't throw, and what it gives can be looked at.
   */
  static from(error: unknown): SluiceError {
    return SluiceError.is(error) ? error : new SluiceError("internal", { cause: error });
  }
}

/** Whether an error has what a Sluice error has, and all of it can be read: by the name alone it could be anybody's. */
function isWhole(error: Error): error is SluiceError {
  try {
    const { code, message, status, data, issues, retryAfter } = error as SluiceError;
    void { status, data, issues, retryAfter };
    return typeof code === "string" && typeof message === "string";
  } catch {
    return false;
  }
}
