import { defineContract, mutation, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { sluiceExpress } from "./adapters/express.js";
import { sluiceNode } from "./adapters/node.js";
import { createPublisher, createSluice, implement } from "./index.js";

const events = { post: z.string() };
const contract = defineContract({
  feed: subscription({ events }),
  room: subscription({ input: z.object({ id: z.string(), page: z.int().default(1) }), events }),
  seat: subscription({ input: z.object({ id: z.string(), as: z.string() }), events, key: ["id"] }),
  total: subscription({ events, state: { schema: z.string(), initial: "", apply: { post: (_, text) => text } } }),
  send: mutation(),
});
const s = implement(contract);
const router = s.router({
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
const paths = "there are feed, room, seat, total.";

type Case = [name: string, use: () => unknown, message: string];

const unknownNames: Case[] = [
  [
    "createSluice",
    () => createSluice(router, wrong({ heartbeet: 1 })),
    "createSluice: heartbeet is not a known option; known options are log, onError",
  ],
  [
    "its limits",
    () => createSluice(router, wrong({ limits: { conections: 1 } })),
    "createSluice: limits.conections is not a known limit; known limits are connections",
  ],
  [
    "createPublisher",
    () => createPublisher(contract, wrong({ log: memoryLog(), snapshotEver: 1 })),
    "createPublisher: snapshotEver is not a known option; known options are log, maxEventLength",
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
    'live() of "feed": filtr is not a known option; known options are snapshot, filter.',
  ],
  [
    "stream",
    () => s.feed.stream(generator, wrong({ oncut: "restart" })),
    'stream() of "feed": oncut is not a known option; known options are resumable',
  ],
  [
    "publish",
    () => sluice.publish(contract.feed, undefined, post, wrong({ idempotentKey: "k" })),
    "publish: idempotentKey is not a known option; known options are idempotencyKey.",
  ],
  [
    "call",
    () => sluice.call(contract.send, undefined, wrong({ contxt: {} })),
    "call: contxt is not a known option; known options are context, signal.",
  ],
  [
    "subscribe",
    () => sluice.subscribe(contract.feed, undefined, wrong({ curser: "" })),
    "subscribe: curser is not a known option; known options are context, signal, cursor, onSnapshot.",
  ],
  [
    "disconnect",
    () => sluice.disconnect(wrong({ tga: "x" })),
    "disconnect: tga is not a known option; known options are tag, path, key, reason.",
  ],
  ["drain", () => sluice.drain(wrong({ timeot: 1 })), "drain: timeot is not a known option; known options are timeout."],
  ["next", () => sluice.call(contract.send, undefined), "next: user is not a known option; known options are context."],
];

const wrongValues: Case[] = [
  [
    "a log that was not made",
    () => createSluice(router, wrong({ log: memoryLog })),
    "createSluice: log is a function; allowed is a log, such as memoryLog() gives.",
  ],
  [
    "a publisher without options",
    () => createPublisher(contract, wrong(undefined)),
    "createPublisher: log is undefined",
  ],
  [
    "an onError that can't be called",
    () => createSluice(router, wrong({ onError: "log" })),
    'createSluice: onError is "log"; allowed is a function.',
  ],
  [
    "a context that can't be called",
    () => sluiceExpress(sluice, wrong({ context: { user: 1 } })),
    "sluiceExpress: context is an object; allowed is a function.",
  ],
  [
    "options that are none",
    () => createSluice(router, wrong("x")),
    'createSluice: options is "x"; allowed is an object.',
  ],
  [
    "a filter that can't be called",
    () => s.feed.live(wrong({ filter: "x" })),
    'live() of "feed": filter is "x"; allowed is a function.',
  ],
  [
    "a snapshot without a state",
    () => s.feed.live(wrong({ snapshot: () => {} })),
    'live() of "feed": a snapshot is given, but the contract declares no state.',
  ],
  [
    "a filter on a state for all",
    () => s.total.live(wrong({ filter: () => true })),
    'live() of "total": with a filter, state needs a snapshot of its own',
  ],
  [
    "an onCut that is none",
    () => s.feed.stream(generator, wrong({ onCut: "retry" })),
    'stream() of "feed": onCut is "retry"; allowed are undefined, "interrupt", "restart".',
  ],
  [
    "an abandonAfter of what is not resumable",
    () => s.feed.stream(generator, wrong({ abandonAfter: 1 })),
    "abandonAfter means nothing without resumable: true.",
  ],
  [
    "an onCut of what is resumable",
    () => s.feed.stream(generator, wrong({ resumable: true, onCut: "restart" })),
    "onCut means nothing with resumable: true.",
  ],
  [
    "a resumable that is neither",
    () => s.feed.stream(generator, wrong({ resumable: "yes" })),
    'resumable is "yes"; allowed are undefined, true, false.',
  ],
  ["no generator", () => s.feed.stream(wrong(undefined)), 'stream() of "feed" needs a generator function.'],
  [
    "a key that is no text",
    () => sluice.publish(contract.feed, undefined, post, wrong({ idempotencyKey: 5 })),
    "publish: idempotencyKey is 5; allowed is a text.",
  ],
  [
    "a reason that is none",
    () => sluice.disconnect(wrong({ path: "feed", reason: "kicked" })),
    'disconnect: reason is "kicked"; allowed are "forbidden", "unauthorized".',
  ],
  ["a tag that is no text", () => sluice.disconnect(wrong({ tag: 5 })), "disconnect: tag is 5; allowed is a text."],
  [
    "a path that nothing has",
    () => sluice.disconnect({ path: "fed" }),
    `disconnect: "fed" is no subscription of this router; ${paths}`,
  ],
  [
    "a path of no subscription",
    () => sluice.disconnect({ path: "send" }),
    `disconnect: "send" is no subscription of this router; ${paths}`,
  ],
  [
    "a key of what has no input",
    () => sluice.disconnect({ path: "feed", key: {} }),
    'disconnect: a key is given, but "feed" has no input.',
  ],
  [
    "a key that is no input",
    () => sluice.disconnect({ path: "room", key: { ID: "a" } }),
    'disconnect: key is none of "room": id',
  ],
  [
    "a key with a slip of the pen in what may be left out",
    () => sluice.disconnect({ path: "room", key: { id: "a", pag: 2 } }),
    'disconnect: key.pag is no field of the input of "room".',
  ],
  [
    "a filter left out",
    () => sluice.disconnect(wrong(undefined)),
    "disconnect: options is null; allowed is an object.",
  ],
  [
    "a clock of null",
    () => createSluice(router, wrong({ clock: null })),
    "createSluice: clock.now is null; allowed is a function.",
  ],
  [
    "a clock that tells no time",
    () => createSluice(router, wrong({ clock: {} })),
    "createSluice: clock.now is null; allowed is a function.",
  ],
  [
    "a key with a field that is none",
    () => sluice.disconnect({ path: "seat", key: { as: "x" } }),
    'disconnect: key.as is no key field of "seat"; there are id.',
  ],
  [
    "a key that is no object",
    () => sluice.disconnect({ path: "seat", key: "a" }),
    'disconnect: key is "a"; allowed is an object of id.',
  ],
];

describe("what would silently do nothing is refused, and those there are named", () => {
  it.each([...unknownNames, ...wrongValues])("%s", async (_name, use, message) => {
    const used = async () => use();
    await expect(used()).rejects.toThrow(TypeError);
    await expect(used()).rejects.toThrow(message);
  });

  it("an override for a path that is no subscription, where log and contract meet", () => {
    for (const path of ["fed", "send", "constructor"]) {
      const log = memoryLog({ overrides: { feed: { events: 5 }, [path]: { events: 5 } } });
      const message = `the log has an override for "${path}", which is no subscription; ${paths}`;
      expect(() => createSluice(router, { log })).toThrow(`createSluice: ${message}`);
      expect(() => createPublisher(contract, { log })).toThrow(`createPublisher: ${message}`);
    }
    createSluice(router, { log: memoryLog({ overrides: { feed: { events: 5 } } }) });
  });

  it("leaves everything as it was: nobody is told to go, nothing is published", async () => {
    const published = vi.fn();
    onTestFinished(() => expect(published).not.toHaveBeenCalled());
    const refused = sluice.publish(contract.feed, undefined, post, wrong({ key: "k" })).then(published);
    await expect(refused).rejects.toThrow("publish: key is not a known option");
    await expect(sluice.drain(wrong({ timeot: 1 }))).rejects.toThrow(TypeError);
    await sluice.publish(contract.feed, undefined, post);
  });
});

describe("a key for disconnect", () => {
  it("may leave out what has a default", async () => {
    const stream = sluice.subscribe(contract.room, { id: "a" })[Symbol.asyncIterator]();
    const next = stream.next();
    await vi.waitFor(() => expect(sluice.stats().topics).toBe(1));
    await vi.waitFor(() => expect(sluice.disconnect({ path: "room", key: { id: "a" } })).toBe(1));
    await expect(next).rejects.toMatchObject({ code: "forbidden" });
  });
});
