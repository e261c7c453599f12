import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, type SluiceError, subscription } from "@sluice/contract";
import type { Frame } from "@sluice/contract/wire";
import { createSluice, implement, type Log, memoryLog, type Sluice, type StatefulTopic } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { startProxy } from "../faults/proxy.js";
import { answerTo } from "./ask.js";
import { type LaneAccess, lanesBut, neighbour } from "./in-lanes.js";
import { open, type Target } from "./reader.js";
import { eventually } from "./within.js";

type Events = Record<string, z.ZodType>;
type Apply = Record<string, (state: never, data: never) => unknown>;
interface Board {
  readonly events: Events;
  readonly schema: z.ZodType;
  readonly initial: object;
  readonly apply: Apply;
  readonly version?: number;
  readonly migrate?: (old: unknown, fromVersion: number) => unknown;
}

const count = (key: string) => (state: Record<string, number>, n: number) => ({
  ...state,
  [key]: (state[key] ?? 0) + n,
});

/** An untyped contract: the tests serve two editions of it, and no typed source has both. */
const contractOf = (state: Board) => {
  const { events, ...rest } = state;
  const board = subscription({ events, state: rest } as never);
  return defineContract({ board, neighbour } as never) as unknown as {
    readonly neighbour: typeof neighbour;
    readonly board: ReturnType<
      typeof subscription<{ goal: z.ZodNumber }, undefined, z.ZodType<Record<string, number>>>
    >;
  };
};

const sum = z.object({ goals: z.int() });
const old: Board = { events: { goal: z.int() }, schema: sum, initial: { goals: 0 }, apply: { goal: count("goals") } };
const both = z.object({ goals: z.int(), cards: z.int() });
const withCards = {
  events: { goal: z.int(), card: z.int() },
  schema: both,
  initial: { goals: 0, cards: 0 },
  apply: { goal: count("goals"), card: count("cards") },
  version: 2,
};
const withoutCards = (state: unknown) => ({ cards: 0, ...(state as object) });

interface Edition {
  readonly board: Board;
  /** An event that only this one publishes. */
  readonly own: { readonly type: string; readonly data: number };
  /** The state that it folds from goals 1 and 2 of the old contract, followed by `own`. */
  readonly state: object;
}

const editions: Record<string, Edition> = {
  "an event that is added": {
    board: { ...old, events: { goal: z.int(), penalty: z.int() }, apply: { ...old.apply, penalty: count("goals") } },
    own: { type: "penalty", data: 10 },
    state: { goals: 13 },
  },
  "an event that is renamed, and a state that is migrated": {
    board: {
      ...old,
      events: { scored: z.int() },
      apply: { scored: count("goals") },
      version: 2,
      migrate: (state) => state,
    },
    own: { type: "scored", data: 10 },
    state: { goals: 10 },
  },
  "an event that is renamed": {
    board: { ...old, events: { scored: z.int() }, apply: { scored: count("goals") }, version: 2 },
    own: { type: "scored", data: 10 },
    state: { goals: 10 },
  },
  "a field of the state that is added": {
    board: withCards,
    own: { type: "card", data: 10 },
    state: { goals: 3, cards: 10 },
  },
  "a field of the state that is added, and migrated": {
    board: { ...withCards, migrate: withoutCards },
    own: { type: "card", data: 10 },
    state: { goals: 3, cards: 10 },
  },
};

async function serve(board: Board, log: Log, live: object = {}) {
  const contract = contractOf(board);
  const s = implement(contract).$context<object>();
  const reports: unknown[] = [];
  const router = s.$router({ board: s.board.live(live as never), neighbour: s.neighbour.live() });
  const sluice = createSluice(router, { log, onError: ({ error }) => reports.push(error) });
  const url = await listen(sluice);
  const publish = (type: string, data: number) => sluice.topic(contract.board).publish({ type, data } as never);
  return { contract, publish, url, reports, sluice, lanes: lanesOf(contract, sluice) };
}

async function serveRun(board: Board, log: Log, generate: () => AsyncIterable<unknown>) {
  const contract = contractOf(board);
  const s = implement(contract).$context<object>();
  const run = s.board.stream(generate as never, { resumable: true } as never);
  const sluice = createSluice(s.$router({ board: run, neighbour: s.neighbour.live() } as never), {
    log,
    onError: () => {},
  });
  onTestFinished(() => sluice.drain({ timeout: 1 }));
  return { url: await listen(sluice), lanes: lanesOf(contract, sluice) };
}

const lanesOf = (contract: ReturnType<typeof contractOf>, sluice: Sluice<object>): LaneAccess =>
  lanesBut([], (input) => sluice.topic(contract.neighbour, input));

async function listen(sluice: Parameters<typeof sluiceNode>[0]): Promise<string> {
  const server = createServer(sluiceNode(sluice, { context: () => ({}) })).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client whose requests go to the given servers in turn, as through a load balancer. */
function follow(contract: ReturnType<typeof contractOf>, ...urls: string[]) {
  const seen = {
    state: undefined as unknown,
    over: undefined as SluiceError | undefined,
    resets: 0,
    errors: [] as string[],
  };
  let turn = 0;
  const client = createClient(contract, {
    url: urls[0] as string,
    retry: { base: 100, max: 100 },
    fetch: (input: RequestInfo | URL, init?: RequestInit) => {
      const { pathname, search } = new URL(String(input));
      return fetch(`${urls[turn++ % urls.length]}${pathname}${search}`, init);
    },
  } as never);
  const stop = client.board.subscribe({
    onState: (state: unknown) => {
      seen.state = state;
    },
    onReset: () => {
      seen.resets++;
    },
    onError: (error: SluiceError) => {
      seen.over = error;
    },
    onConnection: ({ error }: { error?: SluiceError }) => {
      if (error) seen.errors.push(error.code);
    },
  } as never);
  onTestFinished(stop);
  return seen;
}

describe.each(Object.entries(editions))("two contracts on one log: %s", (_what, { board, own, state }) => {
  it("the new one continues after the old one's events, and the old one steps back without an end", async () => {
    const log = memoryLog();
    const before = await serve(old, log);
    const after = await serve(board, log);
    await before.publish("goal", 1);
    const stays = follow(before.contract, before.url);
    await before.publish("goal", 2);
    await eventually(() => expect(stays.state).toEqual({ goals: 3 }));
    const comes = follow(after.contract, after.url);
    await eventually(() => expect(comes.state).toBeDefined());

    await after.publish(own.type, own.data);
    await eventually(() => expect(comes.state).toEqual(state));
    await eventually(() => expect(stays.errors).toContain("unavailable"));
    await expect(before.publish("goal", 100)).rejects.toMatchObject({ code: "unavailable", status: 503 });
    const late = await fetch(`${before.url}/board`);
    expect([late.status, (await late.json()).code]).toEqual([503, "unavailable"]);
    expect([stays.state, stays.over, comes.over]).toEqual([{ goals: 3 }, undefined, undefined]);

    // The old server is replaced: both clients with this contract get through.
    const through = follow(after.contract, before.url, after.url);
    await after.publish(own.type, own.data);
    await eventually(() => expect(through.state).toEqual(comes.state));
    expect([through.over, comes.over, comes.resets]).toEqual([undefined, undefined, 0]);
  });

  it("a new client gets no state from an old server, and its subscription does not end", async () => {
    const log = memoryLog();
    const before = await serve(old, log);
    await before.publish("goal", 1);
    const seen = follow(contractOf(board), before.url);
    if (board.version === undefined) {
      await eventually(() => expect(seen.state).toEqual({ goals: 1 }));
    } else {
      await eventually(() => expect(seen.errors).toContain("unavailable"));
      expect(seen.state).toBeUndefined();
    }
    const after = await serve(board, log);
    const through = follow(after.contract, before.url, after.url);
    await eventually(() => expect(through.state).toBeDefined());
    expect([seen.over, through.over]).toEqual([undefined, undefined]);
  });
});

/** The URL of a balancer that sends each new connection to the next server, and to the first after the last. */
async function byConnection(first: string, ...others: string[]): Promise<string> {
  const urls = [first, ...others];
  const proxy = await startProxy(() => Number(new URL(urls.shift() ?? first).port));
  onTestFinished(() => proxy.close());
  return `http://127.0.0.1:${proxy.port}`;
}

describe("a server whose contract no longer knows an event (PROTOCOL §12)", () => {
  const renamed: Board = { ...old, events: { scored: z.int() }, apply: { scored: count("goals") }, version: 2 };

  it("resets connected subscribers and those with a cursor before that event, and continues after it", async () => {
    const log = memoryLog();
    const before = await serve(old, log);
    const after = await serve(renamed, log);
    const start = await before.publish("goal", 1);
    await before.publish("goal", 2);
    const resumed = await readAt(after, start.cursor);
    const fresh = await readAt(after);
    await eventually(() => expect(kinds(resumed)).toEqual(["open", "reset", "snapshot", "live"]));
    expect(resumed.find(({ kind }) => kind === "reset")).toMatchObject({ reason: "trimmed" });
    await eventually(() => expect(kinds(fresh)).toEqual(["open", "snapshot", "live"]));
    await before.publish("goal", 3);
    for (const frames of [resumed, fresh]) {
      await eventually(() => expect(kinds(frames).slice(-2)).toEqual(["reset", "snapshot"]));
    }
    await after.publish("scored", 10);
    for (const frames of [resumed, fresh]) {
      await eventually(() => expect(kinds(frames).slice(-4)).toEqual(["reset", "snapshot", "at", "event"]));
      expect(frames.at(-3)).toMatchObject({ data: '{"goals":0}' });
      expect(frames.at(-1)).toMatchObject({ type: "scored", data: "10" });
    }
    const late = await readAt(after, start.cursor);
    await eventually(() => expect(kinds(late)).toEqual(["open", "reset", "snapshot", "live"]));
  });

  describe("lets its clients reach another server, even through a balancer that works by connection, not by request", () => {
    it("before a stream", async () => {
      const log = memoryLog();
      const before = await serve(old, log);
      const after = await serve(renamed, log);
      await after.publish("scored", 10);
      const seen = follow(after.contract, await byConnection(before.url, after.url));
      await eventually(() => expect(seen.state).toEqual({ goals: 10 }));
      expect([new Set(seen.errors), seen.over]).toEqual([new Set(["unavailable"]), undefined]);
    });

    it("within a stream, when a client has a cursor", async () => {
      const log = memoryLog();
      const before = await serve(old, log);
      const after = await serve(withCards, log);
      await before.publish("goal", 1);
      const seen = follow(before.contract, await byConnection(before.url, before.url, after.url));
      await eventually(() => expect(seen.state).toEqual({ goals: 1 }));
      await after.publish("goal", 2);
      await eventually(() => expect(seen.state).toEqual({ goals: 3 }));
      expect([new Set(seen.errors), seen.over]).toEqual([new Set(["unavailable"]), undefined]);
    });
  });

  it("reports once why it can't serve a topic, however many clients ask", async () => {
    const log = memoryLog();
    const before = await serve(old, log);
    const after = await serve(renamed, log);
    await after.publish("scored", 1);
    for (let i = 0; i < 3; i++) expect((await fetch(`${before.url}/board`)).status).toBe(503);
    expect(before.reports).toEqual([expect.objectContaining({ code: "unavailable" })]);
    expect((before.reports[0] as Error).cause).toMatchObject({
      message: `The state of "board" can't be folded here: it is published with state.version 2, and this server has 1.`,
    });
  });
});

describe("a server whose version is lower than its topic's, wherever its subscribers begin (PROTOCOL §12)", () => {
  const newer: Board = {
    ...old,
    events: { goal: z.number() },
    schema: z.object({ goals: z.number() }),
    version: 2,
  };

  async function overtaken(live: object = {}, snapshot?: () => object) {
    const log = memoryLog({ retain: { events: 4 } });
    const before = await serve(old, log, { ...live, ...(snapshot && { snapshot }) });
    const after = await serve(newer, log, snapshot && { snapshot });
    const first = await before.publish("goal", 1);
    return { log, before, after, first };
  }

  it.each([
    ["at the head", 0],
    ["before the head", 1],
  ])("refuses one that begins with the procedure's own snapshot, %s", async (_where, more) => {
    const db = { goals: 1, cursor: "" };
    const { before, after } = await overtaken({}, () => ({ state: { goals: db.goals }, cursor: db.cursor }));
    db.cursor = (await after.publish("goal", 2)).cursor;
    for (let i = 0; i < more; i++) await after.publish("goal", 4);
    expect(await answerOf(before)).toEqual([503, "unavailable"]);
    await expect(
      (before.sluice.topic(before.contract.board as never) as StatefulTopic<never>).state(),
    ).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it.each([
    ["none", {}],
    ["a filter", { filter: () => true, snapshot: () => ({ state: { goals: 0 }, cursor: "" }) }],
  ])("refuses one with a cursor at or behind its `$version`; with %s", async (_what, live) => {
    const { before, after, first } = await overtaken(live);
    const at = await readAt(after, first.cursor);
    const { cursor } = await after.publish("goal", 2.5);
    await eventually(() => expect(kinds(at)).toEqual(["open", "live", "at", "event"]));
    const ofVersion = (at.find(({ kind }) => kind === "at") as { id: string }).id;
    await after.publish("goal", 4.5);
    for (const from of [first.cursor, ofVersion, cursor, (await after.publish("goal", 8.5)).cursor]) {
      expect(await answerOf(before, from)).toEqual([503, "unavailable"]);
    }
    expect(before.reports).toHaveLength(1);
  });

  it("refuses it, too, where the version came to a topic that the server follows already", async () => {
    const { log, before, after } = await overtaken();
    const stays = await readAt(before);
    await eventually(() => expect(kinds(stays)).toEqual(["open", "snapshot", "live"]));
    const { cursor } = await after.publish("goal", 2.5);
    await eventually(() => expect(stays.at(-1)).toMatchObject({ kind: "error", code: "unavailable", final: false }));
    expect(await answerOf(before, cursor)).toEqual([503, "unavailable"]);
    // The topic's version ends with the topic's life.
    await log.free("board");
    await before.publish("goal", 1);
    expect(kinds((await readAt(before)).slice(0, 1))).not.toContain("error");
  });

  it("follows a resumable run of a newer version nowhere, be it going on or over", async () => {
    const log = memoryLog();
    let goOn = () => {};
    const generate = async function* () {
      yield { type: "goal", data: 1 };
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield { type: "goal", data: 2 };
    };
    const run = (version: number) => serveRun({ ...old, version }, log, generate);
    const [before, after] = [await run(1), await run(2)];
    const own = await readAt(after);
    await eventually(() => expect(kinds(own).at(-1)).toBe("event"));
    const { id } = own.at(-1) as { id?: string };
    expect(await answerOf(before)).toEqual([503, "unavailable"]);
    expect(await answerOf(before, id)).toEqual([503, "unavailable"]);
    goOn();
    await eventually(() => expect(kinds(own).at(-1)).toBe("end"));
    expect(await answerOf(before)).toEqual([503, "unavailable"]);
    expect(await answerOf(before, id)).toEqual([503, "unavailable"]);
    const late = await readAt(after, id);
    await eventually(() => expect(kinds(late)).toEqual(["open", "event", "end"]));
  });
});

describe("a server that has found an event which its contract doesn't know, of its own version (PROTOCOL §12)", () => {
  const added: Board = {
    ...old,
    events: { goal: z.int(), penalty: z.int() },
    apply: { ...old.apply, penalty: count("goals") },
  };

  async function overtaken(live: object = {}) {
    const log = memoryLog({ retain: { events: 50 } });
    const before = await serve(old, log, live);
    const after = await serve(added, log);
    const { cursor: first } = await before.publish("goal", 1);
    const { cursor: unknown } = await after.publish("penalty", 10);
    const { cursor: behind } = await after.publish("goal", 2);
    return { log, before, after, cursors: [first, unknown, behind, undefined] };
  }

  /** How the server may find the event. */
  const finds: Record<string, (server: Awaited<ReturnType<typeof serve>>) => Promise<unknown>> = {
    "by a publish": async ({ publish }) => expect(publish("goal", 4)).rejects.toMatchObject({ status: 503 }),
    "by a subscriber without a cursor": async ({ url }) => expect((await fetch(`${url}/board`)).status).toBe(503),
  };

  it.each(Object.entries(finds))(
    "refuses a subscriber wherever it begins, also behind the event; %s",
    async (_how, find) => {
      const { before, after, cursors } = await overtaken();
      await find(before);
      for (const cursor of cursors) expect(await answerOf(before, cursor)).toEqual([503, "unavailable"]);
      cursors.push((await after.publish("goal", 4)).cursor);
      for (const cursor of cursors) {
        expect(await answerOf(before, cursor)).toEqual([503, "unavailable"]);
        expect(await answerOf(after, cursor)).toEqual([200]);
      }
      expect(before.reports).toHaveLength(1);
    },
  );

  it("refuses it, too, where one that was live found the event, and the procedure has a snapshot of its own", async () => {
    const own = { goals: 1, cursor: "" };
    const live = { filter: () => true, snapshot: () => ({ state: { goals: own.goals }, cursor: own.cursor }) };
    const log = memoryLog();
    const [before, after] = [await serve(old, log, live), await serve(added, log)];
    own.cursor = (await before.publish("goal", 1)).cursor;
    const stays = await readAt(before);
    await eventually(() => expect(kinds(stays)).toEqual(["open", "snapshot", "live"]));
    await after.publish("penalty", 10);
    await eventually(() => expect(stays.at(-1)).toMatchObject({ kind: "error", code: "unavailable", final: false }));
    own.cursor = (await after.publish("goal", 2)).cursor;
    expect(await answerOf(before, own.cursor)).toEqual([503, "unavailable"]);
    expect(await answerOf(before)).toEqual([503, "unavailable"]);
  });

  it("refuses it, too, where a run of another server has such an event", async () => {
    const log = memoryLog();
    const generate = async function* () {
      for (const type of ["goal", "penalty", "goal"]) yield { type, data: 1 };
    };
    const [before, after] = [await serveRun(old, log, generate), await serveRun(added, log, generate)];
    const own = await readAt(after);
    await eventually(() => expect(kinds(own).slice(-4)).toEqual(["event", "event", "event", "end"]));
    for (const cursor of [undefined, (own.at(-2) as { id?: string }).id]) {
      expect(await answerOf(before, cursor)).toEqual([503, "unavailable"]);
    }
  });

  it("serves the topic again when a saved state covers the event, or when the topic begins anew", async () => {
    const { log, before, after } = await overtaken();
    await finds["by a publish"]?.(before);
    for (let n = 0; n < 250; n++) await after.publish("goal", 1);
    const { cursor } = await after.publish("goal", 1);
    expect(await answerOf(before, cursor)).toEqual([200]);
    const late = await readAt(before);
    await eventually(() => expect(kinds(late).at(-1)).toBe("live"));
    await expect(
      (before.sluice.topic(before.contract.board as never) as StatefulTopic<never>).state(),
    ).resolves.toMatchObject({
      state: { goals: 264 },
    });
    await after.publish("penalty", 10);
    await finds["by a publish"]?.(before);
    await log.free("board");
    expect(await answerOf(before, cursor)).toEqual([200]);
    await before.publish("goal", 1);
  });
});

it("an old client continues on a new server as long as the events fit its contract", async () => {
  const log = memoryLog();
  const after = await serve(withCards, log);
  await after.publish("goal", 1);
  const seen = follow(contractOf(old), after.url);
  await eventually(() => expect(seen.state).toEqual({ goals: 1 }));
  await after.publish("goal", 2);
  await eventually(() => expect(seen.state).toEqual({ goals: 3 }));
  expect([seen.over, seen.resets]).toEqual([undefined, 0]);
});

/** How a request for a stream is refused; of one that is not, the status alone. */
async function answerOf(target: Target, cursor?: string): Promise<readonly unknown[]> {
  const reader = await open(target, "board", resumedAt(cursor));
  if (reader.status === 200 && !reader.over) {
    reader.destroy();
    return [200];
  }
  const { status, json } = answerTo(await reader.end());
  return [status, json["code"]];
}

const resumedAt = (lastEventId: string | undefined) => (lastEventId === undefined ? {} : { lastEventId });

const kinds = (frames: readonly Frame[]) => frames.map(({ kind }) => kind).filter((kind) => kind !== "retry");

/** The frames of a stream, in order of arrival. */
async function readAt(target: Target, cursor?: string): Promise<readonly Frame[]> {
  return (await open(target, "board", resumedAt(cursor))).frames;
}
