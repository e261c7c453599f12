import { isUnknownOutcome, type SluiceError } from "@sluice/contract";
import { errorTable, isBuiltInCode } from "@sluice/contract/internal";
import type { Reply } from "./exchange.js";

/** Answers with an error as problem+json (RFC 9457). PROTOCOL §3. */
export function sendProblem(reply: Reply, error: SluiceError, headers: Readonly<Record<string, string>> = {}): void {
  const { code, message, status, issues, data, retryAfter } = error;
  const title = isBuiltInCode(code) ? errorTable[code][1] : code;
  const detail = code === "internal" ? undefined : message;
  const body = { type: "about:blank", title, status, code, detail, issues, data };
  const isBusy = (status === 429 || status === 503) && (error.retryable || !isUnknownOutcome(data));
  const fallback = isBusy ? 1_000 : undefined;
  const wait = Number.isFinite(retryAfter) ? retryAfter : fallback;
  reply.send(
    status,
    {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(wait === undefined ? {} : { "retry-after": String(Math.max(0, Math.ceil(wait / 1_000))) }),
      ...headers,
    },
    JSON.stringify(body),
  );
}
