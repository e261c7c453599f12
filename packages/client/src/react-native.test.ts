import type { Frame, OpenFrame } from "@sluice/contract/wire";
import { expect, onTestFinished, test } from "vitest";
import { createManualClock } from "./test-kit/manual-clock.test-kit.js";
import { startReactNative } from "./test-kit/react-native.test-kit.js";
import { startScriptedServer } from "./test-kit/scripted-server.test-kit.js";
import { at, live, until } from "./test-kit/set-up.test-kit.js";

const contract = `
import { defineContract, query, subscription } from "@sluice/contract";
import * as z from "zod";
export const contract = defineContract({
  feed: subscription({ input: z.object({ of: z.string() }), events: { post: z.string() } }),
  find: query({ input: z.object({ text: z.string() }), output: z.array(z.string()) }),
});
`;

async function setUp(options: object = {}, without: readonly string[] = []) {
  const server = await startScriptedServer();
  onTestFinished(() => server.close());
  const clock = createManualClock();
  // biome-ignore lint/suspicious/noExplicitAny: the contract is text here, evaluated in another runtime
  const makeClient: any = await startReactNative(contract, without);
  return {
    server,
    clock,
    client: makeClient({ url: server.url, clock, multiplex: false, retry: { random: () => 0.5 }, ...options }),
  };
}

const whatElseIsThere = ["navigator", "location", "performance", "queueMicrotask", "URL", "URLSearchParams"];

test.each([
  ["React Native", []],
  ["a runtime with a fetch and hardly more", whatElseIsThere],
])(
  "on %s a subscription streams, is cut, and resumes; a call is answered",
  async (_runtime, without) => {
    const { server, clock, client } = await setUp({}, without);
    const posts: string[] = [];
    const stop = client.feed.subscribe({ of: "ü & 1" }, { on: { post: (text: string) => posts.push(text) } });
    const first = await server.next();
    expect(first.query.get("input")).toBe('{"of":"ü & 1"}');
    first.open().send(live(0), { kind: "event", type: "post", data: '"a"', id: at(1) });
    await until(() => posts.length === 1);
    first.cut();
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(1));
    second.open().send({ kind: "event", type: "post", data: '"b"', id: at(2) }, live(2));
    await until(() => posts.length === 2);
    stop();
    clock.advance(1_000); // the linger
    await until(() => second.isGone);
    const answer = client.find({ text: "x" });
    (await server.next()).answer(200, {}, { output: ["y"] });
    expect(await answer).toEqual(["y"]);
  },
  30_000,
);

test("an error is reported unchanged if a body can't be cancelled", async () => {
  const { server, client } = await setUp();
  const errors: unknown[] = [];
  client.feed.subscribe({ of: "a" }, { onError: (error: unknown) => errors.push(error) });
  (await server.next()).answer(403, {}, { code: "forbidden", detail: "not you" });
  await until(() => errors.length === 1);
  expect(errors[0]).toMatchObject({ code: "forbidden", message: "not you" });
  const answer = client.find({ text: "x" });
  (await server.next()).answer(404, {}, { code: "notFound" });
  await expect(answer).rejects.toMatchObject({ code: "notFound" });
}, 30_000);

test("subscriptions share a stream, and AppState and NetInfo wake them", async () => {
  const told: { app?: (state: string) => void; net?: (state: { isConnected: boolean | null }) => void } = {};
  const { server, clock, client } = await setUp({
    multiplex: true,
    linger: 0,
    wake: (onWake: (isOnline?: boolean) => void) => {
      told.app = (state) => void (state === "active" && onWake());
      told.net = ({ isConnected }) => onWake(isConnected !== false);
      return () => {
        told.app = () => {};
        told.net = () => {};
      };
    },
  });
  const statuses: string[] = [];
  const onConnection = ({ status }: { status: string }) => void statuses.push(status);
  const stops = [client.feed.subscribe({ of: "a" }, { onConnection }), client.feed.subscribe({ of: "b" }, {})];
  await until(() => clock.pending.includes(10));
  clock.advance(10);
  const first = await server.next();
  expect(first.path).toBe("/api/$streams");
  const opened: OpenFrame = { kind: "open", stream: "live", heartbeat: 0, resumable: true, head: at(0) };
  const laneOf = (lane: number) => [{ ...opened, lane, subscriptions: [lane] }, { ...live(0), lane } as Frame];
  first.begin().send(...laneOf(0), ...laneOf(1));
  await until(() => statuses.at(-1) === "live");
  told.net?.({ isConnected: false });
  first.cut();
  await until(() => statuses.at(-1) === "paused");
  told.app?.("background");
  told.net?.({ isConnected: true });
  await until(() => clock.pending.includes(10));
  clock.advance(10);
  const second = await server.next();
  const { subscriptions } = second.body as { subscriptions: readonly { readonly cursor: string }[] };
  expect(subscriptions.map(({ cursor }) => cursor)).toEqual([at(0), at(0)]);
  for (const stop of stops) stop();
}, 30_000);

test.each(["AbortController", "Headers", "TextDecoder"])(
  "createClient reports a missing %s",
  async (name) => {
    await expect(setUp({}, [name])).rejects.toThrow(`Sluice error 5: ${name}`);
  },
  30_000,
);
