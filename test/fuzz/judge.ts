import { errorTable } from "../../packages/contract/src/errors.js";
import { handedOn } from "../conformance/adapters.js";
import type { Answer } from "./answers.js";

/** Texts that no client may get: stack traces, file paths, internal error messages. */
const inside =
  /\n\s+at |node_modules|node:internal|file:\/\/|\/(src|dist|packages|home|tmp|work|usr)\/|\.[cm]?[jt]s:\d|[a-z]Error\b/;

const declared = ["matchNotFound", "closed", "overloaded"];

/** What is wrong with a response, if anything. */
export function complaintOf({ status, headers, body }: Answer): string | undefined {
  const type = headers["content-type"];
  if (inside.test(body)) return "tells of the inside";
  if (status === 200) {
    return ["application/json", "text/event-stream"].includes(type ?? "") ? undefined : `is 200 of type ${type}`;
  }
  if (status === 204) return undefined;
  if (status < 400 || status > 499) return `has the status ${status}`;
  if (type === undefined) return body === "" ? undefined : "has a body without a type"; // node:http's own
  const isHandedOn = body === handedOn || body === "" || body.includes("<pre>Cannot "); // by Express, too
  if (status === 404 && type.startsWith("text/html") && isHandedOn) return undefined;
  if (type !== "application/problem+json") return `is of type ${type}`;
  if (body === "") return undefined; // to HEAD
  const problem = JSON.parse(Buffer.from(body, "latin1").toString()) as Record<string, unknown>;
  const code = String(problem["code"]);
  if (!Object.hasOwn(errorTable, code) && !declared.includes(code)) return `has the unknown code ${code}`;
  if (problem["type"] !== "about:blank" || problem["status"] !== status || !problem["title"]) return "is no problem";
  return undefined;
}
