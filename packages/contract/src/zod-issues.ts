import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { $ZodRawIssue, $ZodType, ParsePayload } from "zod/v4/core";

/** Adds the messages to zod's raw issues. */
type Finish = $ZodType["~standard"]["validate"];

const finishers = new WeakMap<$ZodType, Finish>();

/**
 * The issues that running a schema found, with the messages of zod's error maps and locale.
 *
 * Only the schema itself leads to them: zod isn't imported, so that applications with another vendor's schemas don't
 * carry it.
 *
 * @throws whatever an error map of the application throws.
 */
export function finishIssues(schema: $ZodType, raw: readonly $ZodRawIssue[]): readonly StandardSchemaV1.Issue[] {
  let finish = finishers.get(schema);
  if (!finish) {
    finish = finisherOf(schema);
    finishers.set(schema, finish);
  }
  const result = finish(raw);
  if (!(result instanceof Promise)) return result.issues ?? [];
  // An error map threw, so zod tries again asynchronously. Calling the schema's own maps throws the same error here.
  result.catch(() => {});
  for (const issue of raw) issue.inst?._zod.def.error?.(issue as never);
  throw new TypeError("A global error map of zod (customError or localeError of z.config) threw an error.");
}

/** A clone of the schema whose run takes the issues that it is given as its own, so its `validate` finishes them. */
function finisherOf({ _zod: { constr, def } }: $ZodType): Finish {
  const clone: $ZodType = new constr(def);
  const run = ({ value }: ParsePayload): ParsePayload => ({ value: undefined, issues: value as $ZodRawIssue[] });
  Object.defineProperty(clone._zod, "run", { value: run });
  return clone["~standard"].validate;
}
