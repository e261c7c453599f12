import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import express from "express";
import { expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { createSluice, implement, type Sluice } from "../index.js";
import { sluiceExpress } from "./express.js";
import { sluiceFetch } from "./fetch.js";
import { sluiceNode } from "./node.js";

const events = { tick: z.int() };
const contract = defineContract({
  feed: subscription({ events }),
  rooms: { one: subscription({ events }), two: subscription({ events }) },
});

interface Context {
  readonly user: string | null;
}
interface Options {
  context(request: object): Promise<Context>;
  identify(request: object, context: Context): string | undefined;
}

const serve = async (listener: RequestListener): Promise<(path: string) => Promise<Response>> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (path) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`);
};
type Serve = (sluice: Sluice<Context>, options: Options) => Promise<(path: string) => Promise<Response>>;

const adapters: [name: string, serve: Serve][] = [
  ["express", (sluice, options) => serve(express().use(sluiceExpress(sluice, options)))],
  ["node", (sluice, options) => serve(sluiceNode(sluice, options))],
  [
    "fetch",
    async (sluice, options) => {
      const handler = sluiceFetch(sluice, options);
      return (path) => handler(new Request(`http://host/${path}`));
    },
  ],
];

it.each(adapters)("gets what context resolved to, before the limits of a client count: %s", async (_name, start) => {
  const s = implement(contract).$context<Context>();
  const admitted = vi.fn();
  const open = s.$middleware(({ next }) => {
    admitted();
    return next();
  });
  const { feed, rooms } = s.$use(open);
  const sluice = createSluice(
    s.$router({ feed: feed.live(), rooms: { one: rooms.one.live(), two: rooms.two.live() } }),
    { limits: { streamsPerClient: 1 } },
  );
  const made: Context[] = [];
  const identify = vi.fn((_request: object, { user }: Context) => user ?? undefined);
  const users = ["ann", "ann", "bob", null, null];
  const get = await start(sluice, {
    context: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const context = { user: users[made.length] as string | null };
      made.push(context);
      return context;
    },
    identify,
  });
  const answers: Response[] = [];
  for (const _user of users) answers.push(await get("feed"));
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 200, 200, 200]);
  expect(admitted).toHaveBeenCalledTimes(4);
  expect(identify.mock.calls.map(([, context]) => context)).toEqual(made);
  for (const { body } of answers) await body?.cancel();
});

it.each<[string, (sluice: Sluice<{}>, options?: { identify: () => undefined }) => unknown]>([
  ["express", sluiceExpress],
  ["node", sluiceNode],
  ["fetch", (sluice, options = {} as never) => sluiceFetch(sluice, options)],
])("if it is missing, a Sluice with onSubscribe warns once: %s", (_name, adapter) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const { $router, feed, rooms } = implement(contract);
  const [plain, attended] = [{}, { onSubscribe: () => {} }].map((options) =>
    $router({ feed: feed.live(), rooms: { one: rooms.one.live(options), two: rooms.two.live(options) } }),
  );
  adapter(createSluice(plain as NonNullable<typeof plain>));
  const sluice = createSluice(attended as NonNullable<typeof attended>);
  adapter(sluice, { identify: () => undefined });
  expect(warn).not.toHaveBeenCalled();
  adapter(sluice);
  adapter(sluice);
  expect(warn.mock.calls).toEqual([
    [
      "[sluice] rooms/one:",
      'onSubscribe (and rooms/two) is called for each subscription, also after a reconnect, as the adapter has no "identify": name the client with identify: (request, context) => context.user?.id, or say identify: () => undefined if that is meant.',
    ],
  ]);
});

it.each(adapters)("refuses what is no name, instead of dropping the limits of a client: %s", async (_name, start) => {
  const s = implement(contract).$context<Context>();
  const reports: unknown[] = [];
  const sluice = createSluice(
    s.$router({ feed: s.feed.live(), rooms: { one: s.rooms.one.live(), two: s.rooms.two.live() } }),
    { limits: { streamsPerClient: 1 }, onError: ({ error }) => reports.push(error) },
  );
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  onTestFinished(() => void process.off("unhandledRejection", unhandled));
  const given = [async () => "ann", () => Promise.reject(new Error("no session")), () => 5, () => null, () => ({})];
  const names = [...given];
  const get = await start(sluice, {
    context: async () => ({ user: null }),
    identify: () => names.shift()?.() as string,
  });
  for (const _each of given) {
    const answer = await get("feed");
    expect([answer.status, await answer.json()]).toEqual([500, expect.objectContaining({ code: "internal" })]);
  }
  const wait =
    "identify gave a Promise; allowed is a string, or undefined. Wait for it in context, which identify gets.";
  const texts = [
    wait,
    wait,
    ...["5", "null", "an object"].map((what) => `identify gave ${what}; allowed is a string, or undefined.`),
  ];
  expect(reports).toEqual(texts.map((text) => new TypeError(text)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).not.toHaveBeenCalled();
});
