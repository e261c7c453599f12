import { type AnySubscription, errorTable, isBuiltInCode } from "@sluice/contract";
import { isToReport, reported, toPublicError } from "../procedure/errors.js";
import type { Runtime } from "../runtime.js";
import type { EventStream } from "../stream/event-stream.js";

/** Ends a stream with what its client gets to see of an error, and reports what it doesn't. */
export function failStream(
  runtime: Pick<Runtime, "report">,
  connection: EventStream,
  { path, errors }: AnySubscription,
  error: unknown,
  { context, isFinal }: { readonly context: unknown; readonly isFinal: boolean },
): void {
  const seen = toPublicError(error, errors);
  if (isToReport(error, seen)) runtime.report(reported(error, seen), path, context);
  const { code, message, data } = seen;
  const isTemporary = isBuiltInCode(code) && errorTable[code].retry !== "no";
  connection.finish({ kind: "error", code, message, data, final: isFinal || !isTemporary });
}
