import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { goal } from "./events.js";
import { Raw } from "./raw.js";
import { open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld, type TokenSource } from "./world.js";

const silent: TokenSource = async function* ({ signal }) {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
};

describeAdapters("headers and first bytes", (adapter) => {
  it("sends the headers at once, before any event (PROTOCOL §4.1)", async () => {
    const world = await startWorld(adapter, { tokens: silent });
    for (const path of ["feed/head", "bot/once"]) {
      const reader = await open(world, path);
      expect(reader.status).toBe(200);
      expect(reader.response.headers).toMatchObject({
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
        "transfer-encoding": "chunked",
      });
      expect(reader.response.headers).not.toHaveProperty("content-length");
    }
  });

  it("doesn't compress, whatever the client accepts (PROTOCOL §4.1)", async () => {
    const world = await startWorld(adapter);
    const reader = await open(world, "feed/head", { headers: { "accept-encoding": "gzip, br" } });
    expect(reader.response.headers).not.toHaveProperty("content-encoding");
    await reader.live();
  });

  it.each(["*/*", "application/json", "text/html;q=0.9"])(
    "streams to a client that accepts %s (PROTOCOL §2.1)",
    async (accept) => {
      const world = await startWorld(adapter);
      await (await open(world, "feed/head", { headers: { accept } })).live();
    },
  );

  it("begins with retry and $open, without a byte order mark (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter, { retry: 1_234, heartbeat: 9_000 });
    const reader = await (await open(world, "feed/head")).live();
    expect(reader.text).toMatch(
      /^retry: 1234\n\nevent: \$open\ndata: \{"kind":"live","heartbeat":9000,"resumable":true,/,
    );
    expect(reader.names).toEqual(["$retry", "$open", "$live"]);
    expect(reader.all("open")[0]).toMatchObject({ head: reader.cursor });
  });

  it("sends $snapshot, the events after it, then $live (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter);
    const input = { matchId: "m1" };
    await world.topic(world.contract.scores.watch, input).publish([goal("home"), goal("home"), goal("away")]);
    const reader = await (await open(world, "scores/watch", { input })).live();
    expect(reader.names).toEqual(["$retry", "$open", "$snapshot", "$live"]);
    expect(JSON.parse(reader.all("snapshot")[0]?.data ?? "")).toEqual({ home: 2, away: 1, endedAt: null });
    const at = new Date("2026-06-11T19:52:00.000Z");
    const { cursor } = await world
      .topic(world.contract.scores.watch, input)
      .publish({ type: "fullTime", data: { at } });
    const [event] = (await reader.received(1)).events;
    expect(event).toEqual({ kind: "event", type: "fullTime", data: '{"at":"2026-06-11T19:52:00.000Z"}', id: cursor });
  });

  it("opens a generator's stream with $open, $live and its events (PROTOCOL §4.2)", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        yield { type: "token", data: "Hi\u2028\n\0 \ud83d\ude00" };
      },
    });
    const reader = await (await open(world, "bot/once")).end();
    expect(reader.names).toEqual(["$retry", "$open", "$live", "token", "$end"]);
    expect(reader.all("open")).toEqual([
      { kind: "open", stream: "stream", heartbeat: 15_000, resumable: false, id: "$once" },
    ]);
    expect(reader.all("live")).toEqual([{ kind: "live" }]);
    expect(reader.data).toEqual(["Hi\u2028\n\0 \ud83d\ude00"]);
    const again = await (await open(world, "bot/again")).end();
    expect(again.all("open")).toEqual([{ kind: "open", stream: "stream", heartbeat: 15_000, resumable: true }]);
  });

  it("answers HEAD with status and headers only, and opens nothing (PROTOCOL §2.1)", async () => {
    let runs = 0;
    const world = await startWorld(adapter, {
      async *tokens() {
        runs++;
        yield* [];
      },
      counter: () => {
        runs++;
        throw new Error("not asked for");
      },
    });
    for (const path of ["feed/head", "bot/once", "own/counter"]) {
      const { status, headers, text } = await ask(world, path, { method: "HEAD" });
      expect([status, headers["content-type"], text]).toEqual([200, "text/event-stream", ""]);
    }
    expect((await ask(world, "feed/private", { method: "HEAD" })).status).toBe(401);
    expect({ runs, reads: world.log.reads.length, everWatched: world.log.everWatched }).toEqual({
      runs: 0,
      reads: 0,
      everWatched: 0,
    });
  });

  it("answers whoever asks whether there is a connection (PROTOCOL §2.3, §11)", async () => {
    const world = await startWorld(adapter);
    const { status, headers, text } = await ask(world, "$", { method: "HEAD" });
    expect([status, headers["cache-control"], text]).toEqual([204, "no-store", ""]);
    for (const method of ["GET", "POST"]) {
      const refused = await ask(world, "$", { method });
      expectProblem(refused, { status: 405, code: "methodNotAllowed" });
      expect(refused.headers.allow).toBe("HEAD");
    }
  });

  it("answers a query's HEAD like GET, without a body (PROTOCOL §2.2)", async () => {
    const world = await startWorld(adapter);
    const { status, headers, text } = await ask(world, "scores/find", { method: "HEAD", input: { matchId: "m1" } });
    expect([status, headers["content-type"], text]).toEqual([200, "application/json", ""]);
  });

  it("answers requests on one connection one after another, pipelined or not (PROTOCOL §2.2)", async () => {
    const world = await startWorld(adapter);
    const raw = new Raw(world.port);
    const target = (id: string) => `${world.base}/scores/find?input=${encodeURIComponent(`{"matchId":"${id}"}`)}`;
    raw.ask("GET", target("first")).ask("GET", target("second"));
    await raw.until((text) => text.includes("second"));
    raw.ask("GET", target("third"));
    const text = await raw.until((received) => received.includes("third"));
    expect(text.match(/"matchId":"\w+"/g)).toEqual(['"matchId":"first"', '"matchId":"second"', '"matchId":"third"']);
  });

  it("streams to HTTP/1.0, unchunked and up to the end of the connection (PROTOCOL §4.4)", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        yield { type: "token", data: "a" };
      },
    });
    const text = await new Raw(world.port).send(`GET ${world.base}/bot/once HTTP/1.0`, "Host: localhost", "", "").end();
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text).toMatch(
      /\r\n\r\nretry: 1000\n\n[\s\S]*event: token\ndata: "a"\n\nid: \$end\nevent: \$end\ndata: \{\}\n\n$/,
    );
  });

  // A runtime decides which requests of a connection it hands over.
  if (adapter.ownsSocket) {
    it("frees a stream and the requests behind it when the connection closes (PROTOCOL §2.5, §4.4)", async () => {
      const world = await startWorld(adapter);
      const raw = new Raw(world.port);
      raw.ask("GET", `${world.base}/feed/head`).ask("GET", `${world.base}/feed/oldest`);
      await eventually(() =>
        expect([world.parts.admission.streams.size, world.parts.admission.openings.size]).toEqual([1, 1]),
      );
      raw.socket.resetAndDestroy();
      await eventually(() => expect([world.parts.admission.streams.size, world.log.watchers]).toEqual([0, 0]));
      expect(world.parts.admission.openings.size).toBe(0);
    });
  }
});
