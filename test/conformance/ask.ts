import type { IncomingHttpHeaders } from "node:http";
import { retryOf } from "@sluice/contract/internal";
import type { ErrorFrame } from "@sluice/contract/wire";
import { expect } from "vitest";
import { type OpenOptions, open, type Reader, type Target } from "./reader.js";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, where the body is JSON. */
  readonly json: Record<string, unknown>;
}

/** Sends a request and waits for the whole response. */
export async function ask(world: Target, path: string, options: OpenOptions = {}): Promise<Answer> {
  const reader = await open(world, path, options);
  const answer = answerTo(await reader.end());
  reader.destroy(); // the neighbours of a lane would keep its stream
  return answer;
}

/** What has come. For a lane that was refused, it is what would have answered a request for a stream of its own. */
export function answerTo(reader: Reader): Answer {
  const { headers } = reader.response;
  const isJson = headers["content-type"]?.includes("json") && reader.text !== "";
  const json = isJson ? JSON.parse(reader.text) : {};
  const answer = { status: reader.status, headers, text: reader.text, json };
  return reader.refusal ? { ...answer, ...problemOf(reader.refusal, reader) } : answer;
}

/** Checks a response against PROTOCOL §3. */
export function expectProblem({ status, headers, json }: Answer, expected: { status: number; code: string }): void {
  expect({ status, code: json["code"] }).toEqual(expected);
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(json).toMatchObject({ type: "about:blank", title: expect.stringMatching(/./), status });
}

/** PROTOCOL §3, §10.2: a lane is refused with all that a response would say. */
function problemOf(error: ErrorFrame, { frames, status }: Reader): Partial<Answer> {
  const { code, message: detail, data, issues, retryAfter, final } = error;
  expect([code, final]).toEqual([code, retryOf(code) === "no"]);
  expect(frames.find(({ kind }) => kind === "open")).not.toHaveProperty("head");
  const retry = retryAfter === undefined ? {} : { "retry-after": `${Math.ceil(retryAfter / 1_000)}` };
  const headers = { "content-type": "application/problem+json", ...retry };
  const json = {
    type: "about:blank",
    title: code,
    status,
    code,
    detail,
    ...(data ? { data } : {}),
    ...(issues ? { issues } : {}),
  };
  return { headers, json };
}
