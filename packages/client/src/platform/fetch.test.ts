import { request } from "node:http";
import { expect, test, vi } from "vitest";
import { live, post, setUp, until } from "../test-kit/set-up.test-kit.js";
import type { FetchLike, FetchResponse } from "./fetch.js";
import { letGo, readerOf } from "./fetch.js";

/** Like node-fetch: over `node:http`, with a Node stream as the body. */
const nodeStyleFetch: FetchLike = (address, { body, cache: _, credentials: __, ...init }) =>
  new Promise((resolve, reject) => {
    const sent = request(address, init, (answer) => {
      const text = async () => {
        let all = "";
        for await (const chunk of answer) all += chunk;
        return all;
      };
      const get = (name: string) => String(answer.headers[name] ?? "") || null;
      resolve({ status: answer.statusCode as number, headers: { get }, body: answer, text });
    });
    sent.on("error", reject).end(body);
  });

test("a fetch whose bodies are Node's streams serves subscriptions and calls", async () => {
  const { server, client } = await setUp({ fetch: nodeStyleFetch, linger: 0 });
  const posts: unknown[] = [];
  const stop = client.feed.subscribe(undefined, { on: { post: (text) => posts.push(text) } });
  const stream = (await server.next()).open().send(live(0), post("a", 1));
  await until(() => posts.length === 1);
  stream.send(post("b", 2));
  await until(() => posts.length === 2);
  stop();
  await until(() => stream.isGone);
  const answer = client.scores.find({ text: "x" });
  (await server.next()).answer(200, {}, { output: ["y"] });
  expect(await answer).toEqual(["y"]);
});

test("a fetch without streaming bodies ends a subscription with an explanation", async () => {
  const whole: FetchLike = async (address, init) => {
    const { status, headers } = await fetch(address, init);
    return { status, headers, text: async () => "" } satisfies FetchResponse;
  };
  const { server, client } = await setUp({ fetch: whole });
  const onError = vi.fn();
  client.feed.subscribe(undefined, { onError });
  (await server.next()).open();
  await until(() => onError.mock.calls.length === 1);
  expect(onError.mock.calls[0]?.[0]).toMatchObject({
    code: "protocol",
    message: expect.stringMatching(/fetch option/),
  });
});

test("cancelling a body never fails, whatever the body is", async () => {
  const refusing = () => Promise.reject(new Error("locked"));
  letGo(() => undefined);
  letGo(() => readerOf({ getReader: () => ({ read: refusing }) }));
  letGo(() => readerOf({ getReader: () => ({ read: refusing, cancel: refusing }) }));
  letGo(() => {
    throw new TypeError("locked");
  });
  await new Promise(setImmediate); // an unhandled rejection would fail the run
});
