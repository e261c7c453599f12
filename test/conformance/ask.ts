import type { IncomingHttpHeaders } from "node:http";
import { expect } from "vitest";
import { type OpenOptions, open } from "./reader.js";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, where the body is JSON. */
  readonly json: Record<string, unknown>;
}

/** Sends a request and waits for the whole response. */
export async function ask(world: { readonly url: string }, path: string, options: OpenOptions = {}): Promise<Answer> {
  const reader = await open(world, path, options);
  await reader.end();
  const { headers } = reader.response;
  const isJson = headers["content-type"]?.includes("json") && reader.text !== "";
  return { status: reader.status, headers, text: reader.text, json: isJson ? JSON.parse(reader.text) : {} };
}

/** Checks a response against PROTOCOL §3. */
export function expectProblem({ status, headers, json }: Answer, expected: { status: number; code: string }): void {
  expect({ status, code: json["code"] }).toEqual(expected);
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(json).toMatchObject({ type: "about:blank", title: expect.stringMatching(/./), status });
}
