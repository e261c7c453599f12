import { SluiceError } from "@sluice/contract";
import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld, type TokenSource } from "./world.js";

const token = (data: string, id?: string) => ({ type: "token" as const, data, ...(id === undefined ? {} : { id }) });
const last = (text: string) => text.slice(text.lastIndexOf("\n\n", text.length - 3) + 2);

describeAdapters("ends of a generator's stream", (adapter) => {
  it("sends $end with its id when the generator returns, and ends the body (PROTOCOL §5.9)", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        yield token("a");
      },
    });
    const reader = await (await open(world, "bot/once")).end();
    expect(last(reader.text)).toBe("id: $end\nevent: $end\ndata: {}\n\n");
    expect(reader.complete).toBe(true);
    await eventually(() => expect(world.parts.admission.streams.size).toBe(0));
  });

  it("sends a declared error with its data in wire form (PROTOCOL §5.8)", async () => {
    const world = await startWorld(adapter, {
      async *tokens({ overloaded }) {
        yield token("a");
        if (overloaded) throw overloaded({ data: { at: new Date(0) } });
      },
    });
    const reader = await (await open(world, "bot/once")).end();
    const error = { code: "overloaded", message: "overloaded", data: { at: "1970-01-01T00:00:00.000Z" }, final: true };
    expect(last(reader.text)).toBe(`id: $end\nevent: $error\ndata: ${JSON.stringify(error)}\n\n`);
    expect(world.reports).toEqual([]);
  });

  const failures: [string, TokenSource][] = [
    [
      "throws after an event",
      async function* () {
        yield token("a");
        throw new Error("secret");
      },
    ],
    [
      "throws before it is a generator",
      () => {
        throw new Error("secret");
      },
    ],
    ["is none", () => undefined as never],
    [
      "yields an event that doesn't fit",
      async function* () {
        yield token(7 as never);
      },
    ],
    [
      "yields an event that isn't in the contract",
      async function* () {
        yield { type: "secret" as "token", data: "" };
      },
    ],
    [
      "yields nothing",
      async function* () {
        yield undefined as never;
      },
    ],
  ];
  it.each(failures)(
    "sends a final internal error when it %s, and reports it to onError (PROTOCOL §5.8)",
    async (_what, tokens) => {
      const world = await startWorld(adapter, { tokens });
      const reader = await (await open(world, "bot/once", { headers: { "x-user": "ann" } })).end();
      expect(reader.all("error")).toEqual([
        { kind: "error", code: "internal", message: "Internal error", final: true },
      ]);
      expect(reader.text).not.toContain("secret");
      expect(world.reports).toMatchObject([{ path: "bot/once", context: { user: "ann" } }]);
      await eventually(() => expect(world.parts.admission.streams.size).toBe(0));
    },
  );

  it("keeps what a client has not read yet when it ends with unavailable for good (PROTOCOL §5.8)", async () => {
    let goOn = () => {};
    const paused = new Promise<void>((resolve) => (goOn = resolve));
    const world = await startWorld(adapter, {
      async *tokens() {
        await paused;
        yield token("a");
        throw new SluiceError("unavailable");
      },
    });
    const reader = await (await open(world, "bot/once")).live();
    reader.response.pause(); // Node drops what this has buffered if the connection is cut
    goOn();
    await eventually(() => expect(reader.complete || reader.over).toBe(true));
    reader.response.resume();
    await reader.end();
    expect([reader.data, reader.all("error"), reader.complete]).toMatchObject([
      ["a"],
      [{ code: "unavailable", final: true }],
      true,
    ]);
  });

  it("gives ids, and runs again after the last one if it is resumable (PROTOCOL §9.2)", async () => {
    const asked: (string | undefined)[] = [];
    const world = await startWorld(adapter, {
      async *tokens({ lastEventId, signal }) {
        asked.push(lastEventId);
        yield token("a", "page:7/é".replace("é", "~"));
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const first = await (await open(world, "bot/again")).received(1);
    expect(first.cursor).toBe("page:7/~");
    first.destroy();
    await (await open(world, "bot/again", { headers: { "last-event-id": first.cursor } })).received(1);
    await (await open(world, "bot/again", { lastEventId: "not one of mine" })).received(1);
    expect(asked).toEqual([undefined, "page:7/~", "not one of mine"]);
  });

  it.each(["$end", "with space", "", "é", "x".repeat(129), "a\nb"])(
    "fails on the id %j, which could not be sent back (PROTOCOL §5.1)",
    async (id) => {
      const world = await startWorld(adapter, {
        async *tokens() {
          yield token("a", id);
        },
      });
      const reader = await (await open(world, "bot/again")).end();
      expect(reader.all("error")).toMatchObject([{ code: "internal", final: true }]);
      expect(reader.events).toEqual([]);
    },
  );

  it("sends no ids if a cut ends it, because they would replace $once (PROTOCOL §6.3, §9.1)", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        yield token("a", "an.1.id");
      },
    });
    const reader = await (await open(world, "bot/once")).end();
    expect(reader.text.match(/^id: .*$/gm)).toEqual(["id: $once", "id: $end"]);
  });

  it("has no cursor if a cut ends it: the generator never gets one (PROTOCOL §9.1)", async () => {
    const asked: (string | undefined)[] = [];
    const world = await startWorld(adapter, {
      async *tokens({ lastEventId }) {
        asked.push(lastEventId);
        yield* [];
      },
    });
    const reader = await (await open(world, "bot/once", { lastEventId: "an.1.id" })).end();
    expect([asked, reader.names]).toEqual([[undefined], ["$retry", "$open", "$live", "$end"]]);
  });

  it("answers a middleware's error with a status, before the stream (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, {
      gate: () => {
        throw new Error("secret");
      },
    });
    expectProblem(await ask(world, "bot/once"), { status: 500, code: "internal" });
  });
});
