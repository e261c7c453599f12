import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { Raw } from "./raw.js";
import { startWorld } from "./world.js";

const tooLarge = { status: 413, code: "payloadTooLarge" };
const limits = { inputBytes: 100 };

describeAdapters("input beyond the limit", (adapter) => {
  it("is refused in the query, counted in bytes (PROTOCOL §2.4)", async () => {
    const world = await startWorld(adapter, { limits });
    const fits = { matchId: "x".repeat(86) };
    expect(JSON.stringify(fits)).toHaveLength(100);
    expect((await ask(world, "scores/find", { input: fits })).status).toBe(200);
    expectProblem(await ask(world, "scores/find", { input: { matchId: "x".repeat(87) } }), tooLarge);
    expectProblem(await ask(world, "scores/find", { input: { matchId: "ü".repeat(44) } }), tooLarge);
  });

  it("is refused in a body, with or without a Content-Length (PROTOCOL §2.4)", async () => {
    const world = await startWorld(adapter, { limits });
    const body = { input: { matchId: "x".repeat(200) } };
    expectProblem(await ask(world, "scores/find", { body }), tooLarge);
    expectProblem(await ask(world, "scores/find", { body, headers: { "transfer-encoding": "chunked" } }), tooLarge);
  });

  // Where a parser stands before it, this is the parser's to decide.
  if (!adapter.parsesBodies) {
    it("is refused before the whole body was read (PROTOCOL §2.4)", async () => {
      const world = await startWorld(adapter, { limits });
      const start = [`POST ${world.base}/scores/find HTTP/1.1`, "Host: localhost", "Content-Type: application/json"];
      const told = new Raw(world.port).send(...start, "Content-Length: 1000000", "", "{");
      await told.until((text) => text.includes("payloadTooLarge"));
      const untold = new Raw(world.port).send(...start, "Transfer-Encoding: chunked", "", "c8", " ".repeat(200), "");
      await untold.until((text) => text.includes("payloadTooLarge"));
    });
  }

  it("leaves the connection usable, or closes it after the answer (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, { limits });
    const long = JSON.stringify({ input: { matchId: "x".repeat(90_000) } });
    const headers = ["Content-Type: application/json", `Content-Length: ${long.length}`];
    const raw = new Raw(world.port).send(`POST ${world.base}/scores/find HTTP/1.1`, "Host: x", ...headers, "", long);
    expect(await raw.until((text) => text.includes("}"))).toMatch(/^HTTP\/1.1 413 [\s\S]*"code":"payloadTooLarge"/);
    if (/connection: close/i.test(raw.text)) return;
    raw.ask("GET", `${world.base}/scores/ping`);
    await raw.until((text) => text.includes("HTTP/1.1 200"));
  });

  // Where a parser stands before it, or a runtime, this is theirs to decide.
  if (!adapter.parsesBodies && adapter.ownsSocket) {
    it("without a Content-Length leaves the connection usable after its end (PROTOCOL §3)", async () => {
      const world = await startWorld(adapter, { limits });
      const start = [`POST ${world.base}/scores/find HTTP/1.1`, "Host: x", "Content-Type: application/json"];
      const chunk = " ".repeat(200_000);
      const raw = new Raw(world.port).send(...start, "Transfer-Encoding: chunked", "", "c8", " ".repeat(200), "");
      await raw.until((text) => text.includes("payloadTooLarge"));
      raw.send(chunk.length.toString(16), chunk, "0", "", "").ask("GET", `${world.base}/scores/ping`);
      await raw.until((text) => text.includes("HTTP/1.1 200"));
    });
  }

  it("ends nothing when the client leaves in the middle of its body, and is not a server error (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter);
    const raw = new Raw(world.port).send(
      `POST ${world.base}/scores/find HTTP/1.1`,
      "Host: localhost",
      "Content-Type: application/json",
      "Content-Length: 1000",
      "",
      '{"input":',
    );
    const asked = new Promise<void>((resolve) =>
      world.server.once("request", (_req, res) => res.once("close", resolve)),
    );
    await new Promise<void>((resolve) => world.server.once("request", () => resolve()));
    raw.socket.resetAndDestroy();
    await asked;
    expect((await ask(world, "scores/ping")).status).toBe(200);
    expect(world.reports).toEqual([]);
  });
});
