import type { StandardSchemaV1 } from "@standard-schema/spec";
import { $ZodAsyncError, type $ZodType, config, util } from "zod/v4/core";
import type { Coder } from "./coder.js";
import { maxIssues } from "./issues.js";
import { inspectZod } from "./schema-rules.js";
import { ValidationError } from "./validation-error.js";

/** How zod is to run a schema: its own options, without those that its functions set. */
interface ZodRun {
  /** Whether it may check asynchronously. */
  readonly async: boolean;
  /** From code to wire. Default: `"forward"`. */
  readonly direction?: "backward";
  /** Runs codecs, and checks types, but none of the checks that were added to them, such as `refine`. */
  readonly skipChecks?: true;
  /** Ends at the first array item or object field that doesn't fit. */
  readonly abortEarly?: true;
}

type Payload = Awaited<ReturnType<$ZodType["_zod"]["run"]>>;

export function zodCoder(schema: $ZodType): Coder {
  // Without a codec inside, both directions are one and the same check, and zod's forward path is the fast one.
  const { hasCodec, hasIntersection, runsCode } = inspectZod(schema);
  const back = hasCodec ? ({ direction: "backward" } as const) : {};
  const decode = (wire: unknown) => runZod(schema, wire, { async: false });
  const encode = (value: unknown) => runZod(schema, value, { async: false, ...back });
  // What runs no code of the application's has nothing to wait for, and zod's synchronous path is three times as fast.
  const [run, isAsync] = runsCode ? ([runZodAsync, true] as const) : ([runZodAtOnce, false] as const);
  return {
    encode,
    decode,
    encodeAsync: (value) => run(schema, value, { async: isAsync, ...back }),
    decodeAsync(wire) {
      // What one side of an intersection refuses, such as a key, the other may allow, so both go to their end.
      const early = !hasIntersection && isLarge(wire) ? ({ abortEarly: true } as const) : {};
      return run(schema, wire, { async: isAsync, ...early });
    },
  };
}

/** Of so many values zod takes milliseconds to say that all are wrong. Of a megabyte it takes seconds: the first must do. */
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
 * Not by zod's own functions: they make a message for each issue, be there a million.
 *
 * @throws ValidationError for what doesn't fit, AsyncSchemaError where it would have to wait.
 */
export function runZod(schema: $ZodType, value: unknown, how: ZodRun): unknown {
  let payload: Payload | Promise<Payload>;
  try {
    payload = schema._zod.run({ value, issues: [] }, how);
  } catch (error) {
    throw isZodAsyncError(error) ? new AsyncSchemaError() : error;
  }
  if (payload instanceof Promise) {
    payload.catch(() => {}); // it is of no use to anybody, and must not end the process
    throw new AsyncSchemaError();
  }
  return unwrap(payload, how);
}

const runZodAtOnce = async (schema: $ZodType, value: unknown, how: ZodRun) => runZod(schema, value, how);

async function runZodAsync(schema: $ZodType, value: unknown, how: ZodRun): Promise<unknown> {
  return unwrap(await schema._zod.run({ value, issues: [] }, how), how);
}

function unwrap({ issues, value }: Payload, how: ZodRun): unknown {
  if (issues.length === 0) return value;
  throw invalid(
    issues.slice(0, maxIssues).map((issue) => util.finalizeIssue(issue, how, config())),
    issues.length,
  );
}

/** Of a schema of any vendor. */
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

/** A schema that checks asynchronously was run where nobody can wait for it. */
export class AsyncSchemaError extends TypeError {
  override readonly name = "AsyncSchemaError";

  constructor() {
    super("This schema checks asynchronously. Only schemas of a query's or mutation's input and output may.");
  }
}

function isZodAsyncError(error: unknown): boolean {
  try {
    return error instanceof $ZodAsyncError;
  } catch {
    return false; // a schema's code may throw anything
  }
}
