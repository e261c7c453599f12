import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, type DisconnectFilter, implement, memoryLog } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { partsOf } from "../../packages/server/src/sluice.js";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import { describeAdapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { itAlone, lanesBut, neighbour } from "./in-lanes.js";
import { clientInProcess } from "./in-process.js";
import { apartFromNeighbours } from "./neighbour-log.js";
import { open } from "./reader.js";
import { countWatchers } from "./watched-log.js";
import { eventually, turns, within } from "./within.js";
import { startWorld } from "./world.js";

const input = z.object({ room: z.string() });
const contract = defineContract({
  neighbour,
  board: subscription({
    input,
    events: { add: z.int() },
    state: { schema: z.int(), initial: 0, apply: { add: (sum, n) => sum + n } },
  }),
  bot: subscription({ input, events: { token: z.string() } }),
});
const hall = { room: "hall" };

const stages = ["context", "middleware before next()", "snapshot", "middleware after next()"] as const;
type Stage = (typeof stages)[number];

/** Streams of user ann, whose opening pauses at one stage until it is released. */
async function setUp(slow: Stage) {
  let goOn = () => {};
  const released = new Promise<void>((resolve) => (goOn = resolve));
  let reached = () => {};
  const arrived = new Promise<void>((resolve) => (reached = resolve));
  const pass = async (stage: Stage) => {
    if (stage !== slow) return;
    reached();
    await released;
  };
  const log = countWatchers(apartFromNeighbours(memoryLog()));
  const s = implement(contract).$context<{ user: string }>();
  // The tags are known only once the middleware has run.
  const tagged = s.$middleware(async ({ context, next }) => {
    await pass("middleware before next()");
    const result = await next({ context: { tags: [`user:${context.user}`] } });
    await pass("middleware after next()");
    return result;
  });
  let runs = 0;
  const sluice = createSluice(
    s.$router({
      neighbour: s.neighbour.live(),
      board: s.board.use(tagged).live({
        snapshot: async () => {
          await pass("snapshot");
          const { epoch, offset, mark } = await headOf(log, 'board?{"room":"hall"}');
          return { state: 0, cursor: `${epoch}.${offset}.${mark}` };
        },
      }),
      bot: s.bot.use(tagged).stream(async function* ({ signal }) {
        runs++;
        yield { type: "token", data: "a" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }),
    }),
    { log },
  );
  const context = async () => {
    await pass("context");
    return { user: "ann" };
  };
  const server = createServer(sluiceNode(sluice, { context }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    sluice,
    url,
    lanes: lanesBut(["bot"], (of) => sluice.topic(contract.neighbour, of)),
    log,
    goOn,
    arrive: () => within(arrived, () => `No opening reached its ${slow}`),
    runs: () => runs,
  };
}

const expectNothingLeft = ({ sluice, log }: Pick<Awaited<ReturnType<typeof setUp>>, "sluice" | "log">) =>
  eventually(() => {
    const { streams: connections, openings } = partsOf(sluice as never).admission;
    expect([connections.size, openings.size, log.watchers]).toEqual([0, 0, 0]);
  });

describe("a stream that is revoked while it is opened", () => {
  it.each(stages)("is refused if its %s is slow (PROTOCOL §3)", async (stage) => {
    const world = await setUp(stage);
    const answer = ask(world, "board", { input: hall });
    await world.arrive();
    expect(await world.sluice.disconnect({ tag: "user:ann" })).toEqual({ ended: 0 });
    world.goOn();
    expectProblem(await answer, { status: 403, code: "forbidden" });
    await expectNothingLeft(world);
  });

  it.each<[Partial<DisconnectFilter>, number]>([
    [{ path: "board" }, 403],
    [{ path: "board", key: hall }, 403],
    [{ tag: "user:ann", path: "board", reason: "unauthorized" }, 401],
    [{ tag: "user:bob" }, 200],
    [{ path: "bot" }, 200],
    [{ path: "board", key: { room: "yard" } }, 200],
  ])("by %j is answered %i", async (filter, status) => {
    const world = await setUp("snapshot");
    const answer = open(world, "board", { input: hall });
    await world.arrive();
    await world.sluice.disconnect(filter);
    world.goOn();
    const reader = await answer;
    expect(reader.status).toBe(status);
    reader.destroy();
    await expectNothingLeft(world);
  });

  itAlone("is refused if its body is slow and its credentials were checked before the revocation", async () => {
    const world = await setUp("snapshot");
    world.goOn();
    const headers = { "content-type": "application/json" };
    const asked = request(`${world.url}/board`, { method: "POST", headers });
    onTestFinished(() => void asked.destroy());
    asked.write('{"input":');
    await eventually(() => expect(partsOf(world.sluice as never).admission.openings.size).toBe(1));
    await world.sluice.disconnect({ tag: "user:ann" });
    const answered = new Promise<IncomingMessage>((resolve) => asked.once("response", resolve));
    asked.end(`${JSON.stringify(hall)}}`);
    expect((await answered).statusCode).toBe(403);
  });

  itAlone("runs no generator, and answers HEAD like GET (PROTOCOL §2.1)", async () => {
    for (const method of ["GET", "HEAD"]) {
      const world = await setUp("context");
      const answer = ask(world, "bot", { method, input: hall });
      await world.arrive();
      await world.sluice.disconnect({ path: "bot", key: hall });
      world.goOn();
      expect([(await answer).status, world.runs()]).toEqual([403, 0]);
    }
  });

  it("does not affect streams that are opened later", async () => {
    const world = await setUp("context");
    await world.sluice.disconnect({ tag: "user:ann" });
    const answer = open(world, "board", { input: hall });
    await world.arrive();
    world.goOn();
    const reader = await answer;
    expect(reader.status).toBe(200);
    reader.destroy();
  });

  itAlone.each(stages.slice(1))("in this process throws, though its %s takes its time", async (stage) => {
    const world = await setUp(stage);
    const { board } = clientInProcess(contract, world.sluice, { user: "ann" });
    const next = board.iterate(hall)[Symbol.asyncIterator]().next();
    await world.arrive();
    expect(await world.sluice.disconnect({ tag: "user:ann" })).toEqual({ ended: 0 });
    world.goOn();
    await expect(next).rejects.toMatchObject({ code: "forbidden", status: 403 });
    await expectNothingLeft(world);
  });
});

itAlone("revoking by key finds a plain generator's stream by its input", async () => {
  const world = await setUp("context");
  world.goOn();
  const [inHall, inYard] = [hall, { room: "yard" }].map((key) =>
    clientInProcess(contract, world.sluice, { user: "ann" }).bot.iterate(key)[Symbol.asyncIterator](),
  );
  await Promise.all([inHall?.next(), inYard?.next()]);
  expect(await world.sluice.disconnect({ path: "bot", key: hall })).toEqual({ ended: 1 });
  await expect(inHall?.next()).rejects.toMatchObject({ code: "forbidden" });
  await inYard?.return?.();
  await expectNothingLeft(world);
});

describeAdapters("revoking", (adapter) => {
  it("refuses a stream that is still being authorised, with the given reason (PROTOCOL §3)", async () => {
    for (const [reason, status] of [["forbidden", 403] as const, ["unauthorized", 401] as const]) {
      let go = () => {};
      const world = await startWorld(adapter, { gate: () => new Promise((resolve) => (go = resolve)) });
      const asked = new Promise((resolve) => world.server.once("request", resolve));
      const answer = ask(world, "feed/head");
      await asked;
      await turns();
      expect(await world.sluice.disconnect({ path: "feed/head", reason })).toEqual({ ended: 0 });
      go();
      expectProblem(await answer, { status, code: reason });
    }
  });
});
