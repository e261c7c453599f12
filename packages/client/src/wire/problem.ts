import { type AnyProcedure, type BuiltInCode, type ErrorIssue, SluiceError } from "@sluice/contract";
import { errorTable } from "@sluice/contract/internal";
import { parseObject, textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import type { Clock } from "../platform/clock.js";
import type { FetchResponse } from "../platform/fetch.js";
import { decodeError } from "./decode-error.js";

/** @throws SluiceError of a response that isn't a 200 of this media type. */
export async function checkAnswer(
  response: FetchResponse,
  expected: string,
  procedure: AnyProcedure,
  clock: Clock,
): Promise<void> {
  const { status, headers } = response;
  if (status === 200 && isType(response, expected)) return;
  const retryAfter = readRetryAfter(headers.get("retry-after"), clock);
  let problem: Record<string, unknown> | undefined;
  try {
    if (isType(response, "application/problem+json")) problem = parseObject(await response.text());
  } catch {
    // a cut body; the status still counts
  }
  if (typeof problem?.["code"] !== "string") throw strangersError(response, procedure.path, retryAfter);
  const { code, detail, title, data, issues } = problem;
  const message = [detail, title].find((text) => typeof text === "string");
  const known = Array.isArray(issues) ? (issues as readonly ErrorIssue[]) : undefined;
  throw decodeError(procedure, { code, message, status, data, issues: known, retryAfter });
}

/** Whether a response has this media type, with any parameters. */
export function isType(response: FetchResponse, type: string): boolean {
  const given = response.headers.get("content-type") ?? "";
  return given.split(";", 1)[0]?.trim().toLowerCase() === type;
}

/** For responses of others, such as a gateway: only the status counts. PROTOCOL §11. */
function strangersError(response: FetchResponse, path: string, retryAfter: number | undefined): SluiceError {
  const { status, url = path } = response;
  const type = response.headers.get("content-type");
  const message = isDevelopment
    ? `${url} answered ${status} with ${type ?? "no content type"}, which is no Sluice answer.${hintFor(status, type, path)}`
    : textNumber(10, url, status, type);
  return new SluiceError(strangersCode(status), { message, status, retryAfter });
}

const hintFor = (status: number, type: string | null, path: string): string =>
  status === 404 || type?.startsWith("text/html")
    ? ` Check the client's url: is ${path} served there, and does a proxy or dev server hand it on?`
    : "";

function strangersCode(status: number): BuiltInCode {
  for (const [code, [itsStatus, , raisedBy]] of Object.entries(errorTable)) {
    if (raisedBy === "http" && itsStatus === status) return code as BuiltInCode;
  }
  return status >= 500 || status === 408 || status === 425 ? "unavailable" : "protocol";
}

/** In milliseconds, of seconds or a date. */
function readRetryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  return Date.parse(value) - clock.now();
}
