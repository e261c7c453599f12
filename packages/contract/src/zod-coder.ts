import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { $ZodType } from "zod/v4/core";
import type { Coder } from "./coder.js";
import { maxIssues } from "./issues.js";
import { inspectZod } from "./schema-rules.js";
import { ValidationError } from "./validation-error.js";
import { finishIssues } from "./zod-issues.js";

/** How to run a schema: the options of zod's internal `run` that its public functions would set. */
interface ZodRun {
  /** True if checks may be asynchronous. */
  readonly async: boolean;
  /** `"backward"` encodes from code to wire. Default: decode. */
  readonly direction?: "backward";
  /** Runs codecs and type checks, but no added checks such as `refine`. */
  readonly skipChecks?: true;
  /** Stops at the first array item or object field that doesn't fit. */
  readonly abortEarly?: true;
}

type Payload = Awaited<ReturnType<$ZodType["_zod"]["run"]>>;

export function zodCoder(schema: $ZodType): Coder {
  // Without a codec, encoding and decoding are the same check, and zod's forward path is faster.
  const { hasCodec, hasIntersection, runsCode } = inspectZod(schema);
  const back = hasCodec ? ({ direction: "backward" } as const) : {};
  const decode = (wire: unknown) => runZod(schema, wire, { async: false });
  const encode = (value: unknown) => runZod(schema, value, { async: false, ...back });
  // If no application code runs, nothing is asynchronous, and zod's synchronous path is three times as fast.
  const [run, isAsync] = runsCode ? ([runZodAsync, true] as const) : ([runZodAtOnce, false] as const);
  return {
    encode,
    decode,
    encodeAsync: (value) => run(schema, value, { async: isAsync, ...back }),
    decodeAsync(wire) {
      // One side of an intersection may allow what the other refuses, such as an unknown key, so both must run to the
      // end.
      const abort = !hasIntersection && isLarge(wire) ? ({ abortEarly: true } as const) : {};
      return run(schema, wire, { async: isAsync, ...abort });
    },
  };
}

/**
 * zod takes milliseconds to report this many invalid values, and seconds for a megabyte of them. Larger inputs stop
 * at the first one.
 */
const maxValues = 1_000;

function isLarge(value: unknown): boolean {
  const queue = [value];
  for (const each of queue) {
    if (queue.length > maxValues) return true;
    if (typeof each !== "object" || each === null) continue;
    const parts = Object.values(each);
    if (parts.length > maxValues) return true;
    queue.push(...parts);
  }
  return false;
}

/**
 * Runs a schema without zod's own functions: they create a message for every issue, even if there are a million.
 *
 * @throws ValidationError if the value doesn't fit; AsyncSchemaError if a check is asynchronous.
 */
export function runZod(schema: $ZodType, value: unknown, options: ZodRun): unknown {
  let payload: Payload | Promise<Payload>;
  try {
    payload = schema._zod.run({ value, issues: [] }, options);
  } catch (error) {
    throw isZodAsyncError(error) ? new AsyncSchemaError() : error;
  }
  if (payload instanceof Promise) {
    payload.catch(() => {}); // ignored: an unhandled rejection would end the process
    throw new AsyncSchemaError();
  }
  return unwrap(schema, payload);
}

const runZodAtOnce = async (schema: $ZodType, value: unknown, options: ZodRun) => runZod(schema, value, options);

async function runZodAsync(schema: $ZodType, value: unknown, options: ZodRun): Promise<unknown> {
  return unwrap(schema, await schema._zod.run({ value, issues: [] }, options));
}

function unwrap(schema: $ZodType, { issues, value }: Payload): unknown {
  if (issues.length === 0) return value;
  throw invalid(finishIssues(schema, issues.slice(0, maxIssues)), issues.length);
}

/** The error for the issues of any vendor's schema. */
export const invalid = (issues: readonly StandardSchemaV1.Issue[], total: number = issues.length): ValidationError =>
  new ValidationError(
    issues.slice(0, maxIssues).map(({ message, path = [] }) => ({ message, path: Array.from(path, pathKey) })),
    undefined,
    total,
  );

function pathKey(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : String(key);
}

/** A schema with asynchronous checks was run in a place that must be synchronous. */
export class AsyncSchemaError extends TypeError {
  override readonly name = "AsyncSchemaError";

  constructor() {
    super("This schema checks asynchronously. Only inputs and outputs of queries and mutations may do so.");
  }
}

/** The class of the error is in zod, which isn't imported, and a minifier may rename it. Its text stays. */
function isZodAsyncError(error: unknown): boolean {
  try {
    return error instanceof Error && error.message.startsWith("Encountered Promise during synchronous parse");
  } catch {
    return false; // reading the thrown value threw
  }
}
