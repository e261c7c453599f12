import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import express from "express";
import express4 from "express-4";
import { describe, expect, it } from "vitest";
import { socketAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { serveBeside } from "./beside.js";
import { startWorld, type WorldOptions } from "./world.js";

/** Runs before Sluice, and calls `next` when it has finished. */
type Before = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/** Reads the whole body and stores the parsed value under a name on the request. */
const leaving =
  (name: string, make: (bytes: Buffer) => unknown): Before =>
  (req, _res, next) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      Object.assign(req, { [name]: make(Buffer.concat(chunks)) });
      next();
    });
  };
const parser = (made: unknown) => made as Before;
const after =
  (...all: Before[]): Before =>
  (req, res, next) => {
    const [first, ...rest] = all;
    if (first) first(req, res, (error) => (error ? next(error) : after(...rest)(req, res, next)));
    else next();
  };

const any = { type: () => true };
const takesJson: [string, Before][] = [
  ["nothing", after()],
  ["express.json()", parser(express.json())],
  ["express.json() of Express 4", parser(express4.json())],
  ["express.json() that verifies", parser(express.json({ verify: (req) => Object.assign(req, { rawBody: "x" }) }))],
  ["express.json() that isn't strict", parser(express.json({ strict: false }))],
  ["express.raw()", parser(express.raw(any))],
  ["express.raw() of Express 4", parser(express4.raw(any))],
  ["express.text()", parser(express.text(any))],
  ["express.text() of Express 4", parser(express4.text(any))],
  ["express.urlencoded(), which leaves it unread", parser(express.urlencoded())],
  ["express.urlencoded() of Express 4, which leaves {}", parser(express4.urlencoded({ extended: true }))],
  ["two parsers", after(parser(express4.urlencoded({ extended: true })), parser(express4.json()))],
  ["one that leaves the object", leaving("body", (bytes) => parsed(bytes))],
  [
    "one that leaves an object without a prototype",
    leaving("body", (bytes) => Object.assign(Object.create(null), parsed(bytes))),
  ],
  ["one that leaves a Uint8Array", leaving("body", (bytes) => new Uint8Array(bytes))],
  ["one that leaves a text", leaving("body", (bytes) => bytes.toString())],
  ["one that sets an encoding", (req, _res, next) => void next(void req.setEncoding("latin1"))],
  ["one that pauses it", (req, _res, next) => void next(void req.pause())],
  ["one that only looks on", (req, _res, next) => void next(void req.on("data", () => {}))],
];

function parsed(bytes: Buffer): object {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return {};
  }
}

const losesIt: [string, Before][] = [
  ["one that keeps it to itself", leaving("nothing", () => undefined)],
  ["one that leaves it elsewhere, as Koa's does", leaving("rawBody", (bytes) => bytes)],
  ["one that lets it go by", (req, _res, next) => void req.resume().once("end", () => next())],
  [
    "one that leaves it elsewhere, after a parser of Express 4 that left {}",
    after(
      parser(express4.urlencoded({ extended: true })),
      leaving("rawBody", (bytes) => bytes),
    ),
  ],
  ["one that leaves an empty text", leaving("body", () => "")],
  ["one that leaves a stream", leaving("body", () => ({ pipe() {} }))],
];

const input = { matchId: "ü1" };
const json = { "content-type": "application/json" };
const chunked = { ...json, "transfer-encoding": "chunked" };

describe.each(socketAdapters)("a body, over $name", (adapter) => {
  async function startBehind(before: Before, options: WorldOptions = {}) {
    const world = await startWorld(adapter, options);
    const serve = adapter.listener(world.sluice);
    const listener: RequestListener = (req, res) =>
      before(req, res, (error) => {
        if (!error) return serve(req, res);
        res.statusCode = (error as { status?: number }).status ?? 500;
        res.end();
      });
    return Object.assign(await serveBeside(world, listener), { reports: world.reports });
  }

  describe.each(takesJson)("behind %s", (_what, before) => {
    it("is the input, with or without a Content-Length (PROTOCOL §2.4)", async () => {
      const world = await startBehind(before);
      for (const headers of [json, chunked]) {
        const text = JSON.stringify({ input });
        const answer = await ask(world, "scores/find", { text, headers });
        expect(answer).toMatchObject({ status: 200, json: { output: { ...input, limit: 5 } } });
      }
      expect(world.reports).toEqual([]);
    });

    it("is {} if it is empty (PROTOCOL §2.4)", async () => {
      const world = await startBehind(before);
      for (const text of ["", "{}"]) {
        for (const headers of [json, chunked]) {
          expect(await ask(world, "scores/ping", { text, headers })).toMatchObject({ status: 200, text: "{}" });
          expectProblem(await ask(world, "scores/find", { text, headers }), { status: 400, code: "badRequest" });
        }
      }
      expect(world.reports).toEqual([]);
    });

    it("that is too long is refused, with or without a Content-Length (PROTOCOL §2.4)", async () => {
      const world = await startBehind(before, { limits: { inputBytes: 100 } });
      for (const headers of [json, chunked]) {
        const text = (length: number) => JSON.stringify({ input: { matchId: "ü".repeat(length) } });
        expect((await ask(world, "scores/find", { text: text(38), headers })).status).toBe(200);
        const answer = await ask(world, "scores/find", { text: text(39), headers });
        expectProblem(answer, { status: 413, code: "payloadTooLarge" });
      }
    });

    it("that is compressed is refused, however large it would be (PROTOCOL §2.4)", async () => {
      const world = await startBehind(before);
      const headers = { ...json, "content-encoding": "gzip" };
      for (const length of [10, 50_000]) {
        const text = gzipSync(JSON.stringify({ input: { matchId: "x".repeat(length) } }));
        const answer = await ask(world, "scores/report", { text, headers });
        expectProblem(answer, { status: 415, code: "unsupportedMediaType" });
      }
    });

    it("with the encoding identity is accepted (PROTOCOL §2.4)", async () => {
      const world = await startBehind(before);
      const headers = { ...json, "content-encoding": "Identity" };
      expect((await ask(world, "scores/find", { text: JSON.stringify({ input }), headers })).status).toBe(200);
    });
  });

  it.each(losesIt)("behind %s is an error that says what to do, not an empty input", async (what, before) => {
    let reported = 0;
    const world = await startBehind(before, {
      report: () => {
        reported++;
        return { cursor: "" };
      },
    });
    for (const headers of [json, chunked]) {
      // Only its length tells an empty body from one that the parser left empty.
      if (headers === chunked && /left \{\}|empty text/.test(what)) continue;
      for (const path of ["scores/ping", "scores/report", "scores/find"]) {
        const answer = await ask(world, path, { text: JSON.stringify({ input }), headers });
        expectProblem(answer, { status: 500, code: "internal" });
      }
    }
    expect(reported).toBe(0);
    expect(String(world.reports[0]?.error)).toMatch(
      /Put the body on req\.body, .* ctx\.req\.body = ctx\.request\.body/,
    );
  });
});
