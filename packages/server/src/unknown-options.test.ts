import { defineContract, mutation, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { sluiceExpress } from "./adapters/express.js";
import { sluiceFetch } from "./adapters/fetch.js";
import { sluiceNode } from "./adapters/node.js";
import { createPublisher, createSluice, implement } from "./index.js";
import { eventually } from "./test-kit/eventually.test-kit.js";
import { subscribe } from "./test-kit/subscribe.test-kit.js";

const events = { post: z.string() };
const contract = defineContract({
  feed: subscription({ events }),
  room: subscription({ input: z.object({ id: z.string(), page: z.int().default(1) }), events }),
  seat: subscription({ input: z.object({ id: z.string(), as: z.string() }), events, key: ["id"] }),
  total: subscription({ events, state: { schema: z.string(), initial: "", apply: { post: (_, text) => text } } }),
  send: mutation(),
});
const s = implement(contract);
const router = s.$router({
  feed: s.feed.live(),
  room: s.room.live(),
  seat: s.seat.live(),
  total: s.total.live(),
  send: s.send.use(({ next }) => next({ user: 1 } as never)).handler(() => {}),
});
const sluice = createSluice(router);
const generator = async function* () {};
const post = { type: "post", data: "x" } as const;
const wrong = (options: unknown) => options as never;
const paths = "the subscriptions are feed, room, seat, total.";

type Case = [name: string, use: () => unknown, message: string];

const unknownNames: Case[] = [
  [
    "createSluice",
    () => createSluice(router, wrong({ heartbeet: 1 })),
    "createSluice: heartbeet is not a known option; known options are log, retain, onError",
  ],
  [
    "its limits",
    () => createSluice(router, wrong({ limits: { conections: 1 } })),
    "createSluice: limits.conections is not a known limit; known limits are streams",
  ],
  [
    "createPublisher",
    () => createPublisher(contract, wrong({ log: memoryLog(), snapshotEver: 1 })),
    "createPublisher: snapshotEver is not a known option; known options are log, retain, maxEventLength",
  ],
  [
    "sluiceExpress",
    () => sluiceExpress(sluice, wrong({ identfy: () => "" })),
    "sluiceExpress: identfy is not a known option; known options are context, identify.",
  ],
  [
    "sluiceNode",
    () => sluiceNode(sluice, wrong({ bse: "/" })),
    "sluiceNode: bse is not a known option; known options are base, context, identify.",
  ],
  [
    "live",
    () => s.feed.live(wrong({ filtr: () => true })),
    'live() of "feed": filtr is not a known option; known options are snapshot, filter, onSubscribe, source',
  ],
  [
    "stream",
    () => s.feed.stream(generator, wrong({ oncut: "restart" })),
    'stream() of "feed": oncut is not a known option; known options are resumable',
  ],
  [
    "publish",
    () => sluice.topic(contract.feed).publish(post, wrong({ idempotentKey: "k" })),
    "publish: idempotentKey is not a known option; known options are idempotencyKey, timeout.",
  ],
  [
    "call",
    () => sluice.call(contract.send, undefined, wrong({ contxt: {} })),
    "call: contxt is not a known option; known options are context, signal.",
  ],
  [
    "sluiceFetch",
    () => sluiceFetch(sluice, wrong({ maxduration: 1_000 })),
    "sluiceFetch: maxduration is not a known option; known options are base, context, identify, maxDuration.",
  ],
  [
    "disconnect",
    () => sluice.disconnect(wrong({ tga: "x" })),
    "disconnect: tga is not a known option; known options are tag, path, key, reason.",
  ],
  [
    "drain",
    () => sluice.drain(wrong({ timeot: 1 })),
    "drain: timeot is not a known option; known options are timeout.",
  ],
  ["next", () => sluice.call(contract.send, undefined), "next: user is not a known option; known options are context."],
];

const wrongValues: Case[] = [
  [
    "a function instead of a log",
    () => createSluice(router, wrong({ log: memoryLog })),
    "createSluice: log is a function; allowed is a log, such as memoryLog() gives.",
  ],
  [
    "a publisher without options",
    () => createPublisher(contract, wrong(undefined)),
    "createPublisher: log is undefined",
  ],
  [
    "an onError that is not a function",
    () => createSluice(router, wrong({ onError: "log" })),
    'createSluice: onError is "log"; allowed is a function.',
  ],
  [
    "a context that is not a function",
    () => sluiceExpress(sluice, wrong({ context: { user: 1 } })),
    "sluiceExpress: context is an object; allowed is a function.",
  ],
  [
    "options of the wrong type",
    () => createSluice(router, wrong("x")),
    'createSluice: options is "x"; allowed is an object.',
  ],
  [
    "a filter that is not a function",
    () => s.feed.live(wrong({ filter: "x" })),
    'live() of "feed": filter is "x"; allowed is a function.',
  ],
  [
    "a snapshot without a state",
    () => s.feed.live(wrong({ snapshot: () => {} })),
    'live() of "feed": a snapshot is given, but the contract declares no state.',
  ],
  [
    "a filter on shared state",
    () => s.total.live(wrong({ filter: () => true })),
    'live() of "total": a filter requires a snapshot of its own',
  ],
  [
    "an invalid onCut",
    () => s.feed.stream(generator, wrong({ onCut: "retry" })),
    'stream() of "feed": onCut is "retry"; allowed are undefined, "interrupt", "restart".',
  ],
  [
    "abandonAfter without resumable",
    () => s.feed.stream(generator, wrong({ abandonAfter: 1 })),
    "abandonAfter means nothing without resumable: true.",
  ],
  [
    "onCut with resumable",
    () => s.feed.stream(generator, wrong({ resumable: true, onCut: "restart" })),
    "onCut means nothing with resumable: true.",
  ],
  [
    "a resumable that is not a boolean",
    () => s.feed.stream(generator, wrong({ resumable: "yes" })),
    'resumable is "yes"; allowed are undefined, true, false.',
  ],
  ["no generator", () => s.feed.stream(wrong(undefined)), 'stream() of "feed" needs a generator function.'],
  [
    "an idempotency key that is not a string",
    () => sluice.topic(contract.feed).publish(post, wrong({ idempotencyKey: 5 })),
    "publish: idempotencyKey is 5; allowed is a string.",
  ],
  [
    "an invalid reason",
    () => sluice.disconnect(wrong({ path: "feed", reason: "kicked" })),
    'disconnect: reason is "kicked"; allowed are "forbidden", "unauthorized".',
  ],
  [
    "a tag that is not a string",
    () => sluice.disconnect(wrong({ tag: 5 })),
    "disconnect: tag is 5; allowed is a string.",
  ],
  [
    "an unknown path",
    () => sluice.disconnect({ path: "fed" }),
    `disconnect: "fed" is not a subscription of this router; ${paths}`,
  ],
  [
    "a path that is not a subscription's",
    () => sluice.disconnect({ path: "send" }),
    `disconnect: "send" is not a subscription of this router; ${paths}`,
  ],
  [
    "a key for a procedure without input",
    () => sluice.disconnect({ path: "feed", key: {} }),
    'disconnect: a key is given, but "feed" has no input.',
  ],
  [
    "a key that is not an input",
    () => sluice.disconnect({ path: "room", key: { ID: "a" } }),
    'disconnect: key does not fit the input of "room": id',
  ],
  [
    "a key with a misspelled optional field",
    () => sluice.disconnect({ path: "room", key: { id: "a", pag: 2 } }),
    'disconnect: key.pag is not a field of the input of "room".',
  ],
  [
    "no filter",
    () => sluice.disconnect(wrong(undefined)),
    "disconnect: the filter is undefined; allowed is an object with a tag or a path.",
  ],
  [
    "a clock of null",
    () => createSluice(router, wrong({ clock: null })),
    "createSluice: clock.now is null; allowed is a function.",
  ],
  [
    "a clock without now()",
    () => createSluice(router, wrong({ clock: {} })),
    "createSluice: clock.now is null; allowed is a function.",
  ],
  [
    "a key with an unknown field",
    () => sluice.disconnect({ path: "seat", key: { as: "x" } }),
    'disconnect: key.as is not a key field of "seat"; the key fields are id.',
  ],
  [
    "a key that is not an object",
    () => sluice.disconnect({ path: "seat", key: "a" }),
    'disconnect: key is "a"; allowed is an object of id.',
  ],
];

describe("an option that would have no effect is refused with an error", () => {
  it.each([...unknownNames, ...wrongValues])("%s", async (_name, use, message) => {
    const used = async () => use();
    await expect(used()).rejects.toThrow(TypeError);
    await expect(used()).rejects.toThrow(message);
  });

  it.each([
    [{ fed: { events: 5 } }, `retain has "fed", which is not a subscription; ${paths}`],
    [{ send: {} }, `retain has "send", which is not a subscription; ${paths}`],
    [{ constructor: {} }, `retain has "constructor", which is not a subscription; ${paths}`],
    [
      { feed: { evnts: 5 } },
      'retain["feed"].evnts is not a known option; known options are events, bytes, age, stateTtl.',
    ],
    [{ feed: 5 }, 'retain["feed"] is 5; allowed is an object.'],
    [{ feed: null }, 'retain["feed"] is null; allowed is an object.'],
    [{ feed: { events: "5" } }, 'retain["feed"].events is "5"; allowed is a whole number of at least 1, or Infinity.'],
    [{ feed: { stateTtl: 5 } }, 'retain["feed"].stateTtl is given, but the contract declares no state for "feed".'],
    ["x", 'retain is "x"; allowed is an object, by path.'],
    [[], "retain is an array; allowed is an object, by path."],
    [new Map([["feed", { events: 5 }]]), "retain is a Map; allowed is an object, by path."],
  ])("a retention that would have no effect is refused by server and publisher: %j", (retain, message) => {
    expect(() => createSluice(router, { retain: wrong(retain) })).toThrow(TypeError);
    expect(() => createSluice(router, { retain: wrong(retain) })).toThrow(`createSluice: ${message}`);
    const options = { log: memoryLog(), retain: wrong(retain) };
    expect(() => createPublisher(contract, options)).toThrow(`createPublisher: ${message}`);
  });

  it("a retention that is undefined is one that is left out", () => {
    createSluice(router, { retain: { feed: undefined as never } });
  });

  it.each([0, 1.5, Number.NaN, -1])("a retention of %d is out of range", (events) => {
    expect(() => createSluice(router, { retain: { feed: { events } } })).toThrow(RangeError);
    createSluice(router, { retain: { feed: { events: Number.POSITIVE_INFINITY }, total: { stateTtl: 1 } } });
  });

  it("a refused call has no effect: no client is disconnected, nothing is published", async () => {
    const published = vi.fn();
    onTestFinished(() => expect(published).not.toHaveBeenCalled());
    const refused = sluice
      .topic(contract.feed)
      .publish(post, wrong({ key: "k" }))
      .then(published);
    await expect(refused).rejects.toThrow("publish: key is not a known option");
    await expect(sluice.drain(wrong({ timeot: 1 }))).rejects.toThrow(TypeError);
    await sluice.topic(contract.feed).publish(post);
  });
});

describe("a key for disconnect", () => {
  it("may leave out fields with a default", async () => {
    const stream = subscribe(sluice, contract.room, { id: "a" });
    const next = expect(stream.next()).rejects.toMatchObject({ code: "forbidden" });
    await eventually(() => expect(sluice.stats().topics).toBe(1));
    const ended = () => sluice.disconnect({ path: "room", key: { id: "a" } });
    await eventually(async () => expect(await ended()).toEqual({ ended: 1 }));
    await next;
  });
});
