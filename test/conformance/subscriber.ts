import { gunzipSync, constants as zlib } from "node:zlib";
import { expect } from "vitest";
import { type HttpAnswer, httpAnswers } from "./http-answers.js";
import type { Raw } from "./raw.js";
import type { World } from "./world.js";

/** A stream that is one of the responses on a connection. */
export class Subscriber {
  readonly raw: Raw;
  readonly #index: number;

  /** @param index of the stream among the answers, 0 for the first */
  constructor(raw: Raw, index = 0) {
    this.raw = raw;
    this.#index = index;
  }

  get answers(): readonly HttpAnswer[] {
    return httpAnswers(this.raw.bytes, this.raw.over);
  }

  get answer(): HttpAnswer {
    const answer = this.answers[this.#index];
    if (!answer) throw new Error(`There is no answer ${this.#index} in:\n${this.raw.text}`);
    return answer;
  }

  /** The body so far, decoded, and without heartbeats. */
  get body(): string {
    const { body, headers } = this.answer;
    const plain = headers["content-encoding"] === "gzip" ? gunzipSync(body, { finishFlush: zlib.Z_SYNC_FLUSH }) : body;
    return plain.toString().replace(/^:.*\n\n/gm, "");
  }

  async until(text: string): Promise<this> {
    const says = this.#newly(text.length, (part) => part.includes(text));
    // The awaited text can't be searched in encoded bytes.
    const isEncoded = this.#newly(30, (part) => /content-encoding: gzip/i.test(part));
    await this.raw.until(() => says() || (isEncoded() && this.body.includes(text)), JSON.stringify(text));
    return this;
  }

  live(): Promise<this> {
    return this.until("event: $live\n");
  }

  /** Whether this has been true of what was received. It is asked for each chunk, maybe of many megabytes: it looks only at what is new. */
  #newly(overlap: number, isFound: (part: string) => boolean): () => boolean {
    let seen = 0;
    let wasFound = false;
    return () => {
      const { text } = this.raw;
      wasFound ||= isFound(text.slice(Math.max(0, seen - overlap)));
      seen = text.length;
      return wasFound;
    };
  }
}

/** Requests a stream over its own connection. */
export const subscribe = (world: World, raw: Raw, path: string, ...headers: string[]): Subscriber =>
  new Subscriber(raw.ask("GET", `${world.base}/${path}`, ...headers));

/** Fails with the first difference, not with two long texts. */
export function expectSameBody(actual: string, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 100), at + 200);
  expect({ at, body: around(actual) }).toEqual({ at, body: around(expected) });
}
