import { type AnyProcedure, type BuiltInCode, type ErrorIssue, SluiceError } from "@sluice/contract";
import { errorTable } from "@sluice/contract/internal";
import { parseObject } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import type { Clock } from "../platform/clock.js";
import type { FetchResponse } from "../platform/fetch.js";
import { decodeError } from "./decode-error.js";

/** The error of a response that isn't the expected one. */
export async function errorOfAnswer(
  response: FetchResponse,
  procedure: AnyProcedure,
  clock: Clock,
): Promise<SluiceError> {
  const { status, headers } = response;
  const retryAfter = readRetryAfter(headers.get("retry-after"), clock);
  const problem = isType(response, "application/problem+json") ? await readObject(response) : undefined;
  if (typeof problem?.["code"] !== "string") return strangersError(response, procedure.path, retryAfter);
  const { code, detail, title, data, issues } = problem;
  const message = typeof detail === "string" ? detail : typeof title === "string" ? title : undefined;
  const known = Array.isArray(issues) ? (issues as readonly ErrorIssue[]) : undefined;
  return decodeError(procedure, { code, message, status, data, issues: known, retryAfter });
}

/** Whether a response has this media type, with any parameters. */
export function isType(response: FetchResponse, type: string): boolean {
  const given = response.headers.get("content-type") ?? "";
  return given.split(";", 1)[0]?.trim().toLowerCase() === type;
}

/** For responses of others, such as a gateway: only the status counts. PROTOCOL §11. */
function strangersError(response: FetchResponse, path: string, retryAfter: number | undefined): SluiceError {
  const { status, url = path } = response;
  const type = response.headers.get("content-type") ?? "no content type";
  const mayBeElsewhere = isDevelopment && (status === 404 || type.startsWith("text/html"));
  const hint = mayBeElsewhere
    ? ` Check the client's url: is ${path} served there, and does a proxy or dev server hand it on?`
    : "";
  const message = `${url} answered ${status} with ${type}, which is no Sluice answer.${hint}`;
  return new SluiceError(strangersCode(status), { message, status, retryAfter });
}

function strangersCode(status: number): BuiltInCode {
  for (const [code, [itsStatus, , raisedBy]] of Object.entries(errorTable)) {
    if (raisedBy === "http" && itsStatus === status) return code as BuiltInCode;
  }
  return status >= 500 || status === 408 || status === 425 ? "unavailable" : "protocol";
}

async function readObject(response: FetchResponse): Promise<Record<string, unknown> | undefined> {
  try {
    return parseObject(await response.text());
  } catch {
    return undefined; // a cut body; the status still counts
  }
}

/** In milliseconds, of seconds or a date. */
function readRetryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now());
}
