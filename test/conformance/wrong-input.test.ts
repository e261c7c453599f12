import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, mutation, query, SluiceError, subscription } from "@sluice/contract";
import { createSluice, type ErrorReport, implement } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { ask, expectProblem } from "./ask.js";

const fail = (why: string): never => {
  if (why === "away") throw new SluiceError("unavailable", { message: "The directory is away" });
  throw new Error(`secret ${why}`);
};
const picky = z.codec(z.string(), z.string(), {
  decode: (text) => (text === "good" ? text : fail(text)),
  encode: String,
});
const point = z.object({ x: z.number(), y: z.number() });
const shape = z.union([z.object({ a: point }), z.object({ b: point }), z.object({ c: z.array(point) })]);
const freeName = z.string().refine(async (name) => (name === "away" ? fail(name) : name !== "taken"), "is taken");
const lowerCase = z.codec(z.string(), z.string(), {
  decode: async (text) => text.toUpperCase(),
  encode: (text) => text.toLowerCase(),
});
const shout = z.codec(z.string(), z.string(), {
  decode: async (text) => text.toLowerCase(),
  encode: async (text) => text.toUpperCase(),
});

const contract = defineContract({
  items: mutation({ input: z.object({ items: z.array(z.string()) }) }),
  shapes: mutation({ input: z.object({ shapes: z.array(shape) }) }),
  record: mutation({ input: z.record(z.string(), z.number()) }),
  strict: mutation({ input: z.strictObject({}) }),
  watch: subscription({ input: z.object({ items: z.array(z.string()) }), events: { a: z.string() } }),
  picky: mutation({ input: z.object({ text: picky }), output: z.object({ text: picky }) }),
  refined: query({ input: z.object({ text: z.string().refine(fail) }) }),
  join: mutation({ input: z.object({ name: freeName, nick: lowerCase }), output: z.object({ name: shout }) }),
  joined: query({
    input: z.object({ name: freeName, at: lowerCase.refine(async (at) => at !== "NO") }),
    output: shout,
  }),
});

async function serve() {
  const s = implement(contract);
  const nothing = () => {};
  const router = s.$router({
    items: s.items.handler(nothing),
    shapes: s.shapes.handler(nothing),
    record: s.record.handler(nothing),
    strict: s.strict.handler(nothing),
    watch: s.watch.live(),
    picky: s.picky.handler(({ input }) => input),
    refined: s.refined.handler(nothing),
    join: s.join.handler(({ input: { name, nick } }) => ({ name: `${name} ${nick}` })),
    joined: s.joined.handler(({ input: { name, at } }) => `${name} ${at}`),
  });
  const reports: ErrorReport[] = [];
  const sluice = createSluice(router, { onError: (report) => reports.push(report) });
  const server = createServer(express().use("/api", sluiceExpress(sluice)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  return { url, reports, sluice, client: createClient(contract, { url }) };
}

const badRequest = { status: 400, code: "badRequest" };
const repeat = (count: number, text: string) => Array(count).fill(text).join(",");
const keys = (count: number) => Array.from({ length: count }, (_, index) => `"key${index}":"x"`).join(",");

describe("input with a hundred thousand mistakes", () => {
  const inputs: [what: string, path: keyof typeof contract, input: string][] = [
    ["items", "items", `{"items":[${repeat(100_000, "1")}]}`],
    ["more items than the stack has room for", "items", `{"items":[${repeat(400_000, "1")}]}`],
    ["items of a subscription", "watch", `{"items":[${repeat(100_000, "1")}]}`],
    ["unions, each option wrong", "shapes", `{"shapes":[${repeat(50_000, '{"c":[{}]}')}]}`],
    ["values of a record", "record", `{${keys(50_000)}}`],
    ["keys that are none", "strict", `{${keys(50_000)}}`],
    ["a key of a megabyte", "record", `{"${"k".repeat(1_000_000)}":"x"}`],
    ["a key of a megabyte that is none", "strict", `{"${"k".repeat(1_000_000)}":1}`],
    ["a megabyte of text", "picky", `{"text":"${"x".repeat(1_000_000)}"}`],
  ];

  it.each(inputs)("gets a short 400: %s (PROTOCOL §3)", async (_, path, input) => {
    const world = await serve();
    const headers = { "content-type": "application/json" };
    const answer = await ask(world, path, { method: "POST", text: `{"input":${input}}`, headers });
    expectProblem(answer, badRequest);
    expect(answer.text.length).toBeLessThan(25_000);
    expect((answer.json["detail"] as string).length).toBeLessThanOrEqual(2_000);
    const issues = answer.json["issues"] as { message: string; path: string[] }[];
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.length).toBeLessThanOrEqual(20);
    for (const { message, path: place } of issues) {
      expect(message.length).toBeLessThanOrEqual(500);
      expect(place.join("").length).toBeLessThanOrEqual(500);
    }
  });

  it("gets the number of further mistakes, if it is short enough to check fully", async () => {
    const { client } = await serve();
    const call = client.items({ items: Array(900).fill(1) as never });
    await expect(call).rejects.toMatchObject({
      code: "badRequest",
      message: expect.stringMatching(/items\.0: .*; and 880 more$/),
      issues: { length: 20, 19: { path: ["items", 19] } },
    });
  });
});

describe("input at which the application's own schema throws", () => {
  it.each([
    ["a codec", "picky"],
    ["a check", "refined"],
  ] as const)("is 400 without a word of it, and reported: %s (PROTOCOL §3)", async (_, path) => {
    const world = await serve();
    const answer = await ask(world, path, { body: { input: { text: "bad" } } });
    expectProblem(answer, badRequest);
    expect(answer.json).toMatchObject({ detail: "The input is invalid", issues: [{ message: "invalid", path: [] }] });
    expect(answer.text).not.toContain("secret");
    expect(world.reports).toMatchObject([{ error: { message: "secret bad" }, path }]);
  });

  it("gets the schema's error if that is a SluiceError", async () => {
    const world = await serve();
    const answer = await ask(world, "picky", { body: { input: { text: "away" } } });
    expectProblem(answer, { status: 503, code: "unavailable" });
    expect(world.reports).toEqual([]);
  });

  it("gives an in-process caller the cause", async () => {
    const { sluice, reports } = await serve();
    const call = sluice.call(contract.picky, { text: "bad" });
    await expect(call).rejects.toMatchObject({ code: "badRequest", cause: { message: "secret bad" } });
    expect(reports).toEqual([]);
  });
});

describe("schemas of calls may check asynchronously, on both ends", () => {
  it("in a mutation and a query, input and output", async () => {
    const { client, sluice } = await serve();
    expect(await client.join({ name: "Ada", nick: "A" })).toEqual({ name: "ada a" });
    expect(await client.joined({ name: "Ada", at: "X" })).toBe("ada x");
    expect(await sluice.call(contract.join, { name: "Ada", nick: "A" })).toEqual({ name: "ada a" });
    expect(await sluice.call(contract.joined, { name: "Ada", at: "X" })).toBe("ada x");
  });

  it("and the server's refusal names the field", async () => {
    const { client, sluice } = await serve();
    const issues = [{ message: "is taken", path: ["name"] }];
    await expect(client.join({ name: "taken", nick: "A" })).rejects.toMatchObject({ code: "badRequest", issues });
    await expect(client.joined({ name: "Ada", at: "NO" })).rejects.toMatchObject({ issues: [{ path: ["at"] }] });
    await expect(sluice.call(contract.join, { name: "taken", nick: "A" })).rejects.toMatchObject({ issues });
    await expect(client.joined({ name: "away", at: "X" })).rejects.toMatchObject({ code: "unavailable" });
  });
});
