import { defineContract, mutation, SluiceError, subscription } from "@sluice/contract";
import { encodeFrame } from "@sluice/contract/wire";
import { describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { oddThrows } from "../../../test/support/odd-throws.js";
import { createClient } from "./client.js";
import { setUp, until } from "./test-kit/set-up.test-kit.js";

/** Subscribes, and waits for a SluiceError, final or not. */
async function failed({ subscribe }: Awaited<ReturnType<typeof setUp>>["client"]["feed"]): Promise<void> {
  const errors: unknown[] = [];
  const stop = subscribe(undefined, { onConnection: ({ error }) => error !== undefined && errors.push(error) });
  await until(() => errors.length > 0);
  stop();
  expect(errors.every((error) => SluiceError.is(error))).toBe(true);
}

describe.each(oddThrows)("an application's own code that throws %s", (_, make) => {
  const fail = (): never => {
    throw make();
  };

  test("as headers gives a SluiceError", async () => {
    const { client } = await setUp({ headers: fail });
    const error = await client.scores.clear().catch((thrown: unknown) => thrown);
    expect(SluiceError.is(error)).toBe(true);
    await failed(client.feed);
  });

  test("as fetch, or as a member of its response, gives a SluiceError", async () => {
    const { client } = await setUp({ fetch: fail });
    const error = await client.scores.clear().catch((thrown: unknown) => thrown);
    expect(SluiceError.is(error)).toBe(true);
    const answer = Object.defineProperty({}, "status", { get: fail }) as Response;
    const { client: unreadable } = await setUp({ fetch: async () => answer });
    await failed(unreadable.feed);
    await expect(unreadable.scores.clear()).rejects.toMatchObject({ code: "protocol" });
  });

  test("as a handler does not keep the event from other handlers", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const { server, client } = await setUp();
    const onEvent = vi.fn();
    client.feed.subscribe(undefined, { on: { post: fail }, onEvent: async () => fail(), onConnection: fail });
    client.feed.subscribe(undefined, { onEvent });
    const request = await server.next();
    request.open().raw(encodeFrame({ kind: "event", type: "post", data: '"a"', id: "e.1.a" }));
    await until(() => onEvent.mock.calls.length === 1);
    expect(console.error).toHaveBeenCalled();
  });

  test("as onUnauthorized: the 401 is final", async () => {
    const { server, client } = await setUp({ onUnauthorized: fail });
    const answer = client.scores.clear().catch((thrown: unknown) => thrown);
    (await server.next()).answer(401, {}, { code: "unauthorized" });
    expect(await answer).toMatchObject({ code: "unauthorized" });
  });

  test("as a codec of the input gives badRequest, for calls and subscriptions", async () => {
    const input = z.object({ at: z.codec(z.string(), z.string(), { decode: String, encode: fail }) });
    const contract = defineContract({ m: mutation({ input }), s: subscription({ input, events: { a: z.string() } }) });
    const client = createClient(contract, { url: "http://127.0.0.1:1" });
    await expect(client.m({ at: "x" })).rejects.toMatchObject({ code: "badRequest" });
    const onError = vi.fn();
    client.s.subscribe({ at: "x" }, { onError });
    await until(() => onError.mock.calls.length === 1);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: "badRequest" });
    const loop = client.s.iterate({ at: "x" })[Symbol.asyncIterator]().next();
    await expect(loop).rejects.toMatchObject({ code: "badRequest" });
  });

  test("as the fold of a state gives contractMismatch", async () => {
    const { server } = await setUp();
    const state = { schema: z.string(), initial: "", apply: { a: fail } };
    const contract = defineContract({ s: subscription({ events: { a: z.string() }, state }) });
    const onError = vi.fn();
    createClient(contract, { url: server.url, multiplex: false }).s.subscribe(undefined, { onError });
    (await server.next())
      .open()
      .send({ kind: "snapshot", data: '""', id: "e.0.0" }, { kind: "event", type: "a", data: '"a"', id: "e.1.a" });
    await until(() => onError.mock.calls.length === 1);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: "contractMismatch" });
  });
});
