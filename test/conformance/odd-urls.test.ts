import { expect, it } from "vitest";
import { describeAdapters, handedOn } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { Raw } from "./raw.js";
import { startWorld } from "./world.js";

describeAdapters("paths", (adapter) => {
  it.each([
    "nothing",
    "scores",
    "scores/watch/more",
    "feed/head/",
    ...(adapter.joinsSlashes ? [] : ["/feed/head"]),
    "feed//head",
    "Feed/head",
    "feed%2Fhead",
    "feed/he%61d",
    "$streams2",
    "__proto__",
    "constructor",
    "feed/constructor",
    "toString",
    "feed/__proto__",
    "",
    "?input=1",
  ])("knows nothing at %j (PROTOCOL §2.3)", async (path) => {
    const world = await startWorld(adapter);
    for (const method of ["GET", "POST"]) {
      const answer = await ask(world, path, { method });
      expect(answer.status).toBe(404);
      if (adapter.inApplication) expect(answer.text).toBe(handedOn);
      else expectProblem(answer, { status: 404, code: "notFound" });
    }
  });

  it("answers 404 at its bare base (PROTOCOL §2.3)", async () => {
    const world = await startWorld(adapter);
    expect(await new Raw(world.port).ask("GET", world.base, "Connection: close").end()).toMatch(/^HTTP\/1.1 404 /);
    expect(await new Raw(world.port).ask("GET", `${world.base}x/feed/head`, "Connection: close").end()).toMatch(
      /^HTTP\/1.1 404 /,
    );
  });

  it("accepts a target in absolute form (RFC 9112 §3.2.2)", async () => {
    const world = await startWorld(adapter);
    for (const host of ["localhost", "localhost:8080", "example.com"]) {
      const raw = new Raw(world.port).ask("GET", `http://${host}${world.base}/scores/ping`, "Connection: close");
      expect(await raw.end()).toMatch(/^HTTP\/1.1 200 /);
    }
  });

  it.each([
    "//",
    "///",
    "//evil.example/feed/head",
    "/{base}/../{base}/feed/head",
    "{base}/../feed/head",
    "{base}/%ZZ",
    "{base}/feed/head%",
    "{base}/feed/head?input=%ZZ",
    "{base}/feed/head?input=%ff%fe",
    "{base}/feed/head?%",
    "{base}/feed/head?=&&?",
    "{base}/feed/head#fragment",
    "{base}\\feed\\head",
    "{base};x=1/feed/head",
    "http://",
    "http:///",
    "http://[::1",
    "*",
    "?",
    "/?",
    "/\u0001",
    `/${"x".repeat(15_000)}`,
    `/${"x".repeat(70_000)}`,
    `{base}/feed/head?input=${"[".repeat(15_000)}`,
    "constructor",
    "/__proto__/__proto__",
  ])("answers %j with a status, and lives on (PROTOCOL §3)", async (target) => {
    const world = await startWorld(adapter);
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const raw = new Raw(world.port).ask(method, target.replaceAll("{base}", world.base), "Connection: close");
      expect(await raw.until((text) => text.includes("\r\n\r\n"))).toMatch(/^HTTP\/1.1 [245]\d\d /);
    }
    expect((await ask(world, "scores/ping")).status).toBe(200);
    expect(world.reports).toEqual([]);
  });

  it.each([
    ["nonsense", "\u0016\u0003\u0001 hello\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    ["a length and chunks", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["headers without end", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(100_000)}`],
    ["an odd host", "GET / HTTP/1.1\r\nHost: a b@[::]:99999999\r\nConnection: close\r\n\r\n"],
    ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ])("outlives %s (PROTOCOL §3)", async (_what, bytes) => {
    const world = await startWorld(adapter);
    await new Raw(world.port).send(bytes).end();
    expect((await ask(world, "scores/ping")).status).toBe(200);
  });
});
