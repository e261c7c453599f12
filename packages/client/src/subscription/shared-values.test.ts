import { defineContract, subscription } from "@sluice/contract";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { startScriptedServer } from "../test-kit/scripted-server.test-kit.js";
import { event, snapshot as feedSnapshot, live, setUp as setUpFeed, until } from "../test-kit/set-up.test-kit.js";

const counts = z.codec(z.array(z.tuple([z.string(), z.number()])), z.map(z.string(), z.number()), {
  decode: (pairs) => new Map(pairs),
  encode: (map) => [...map],
});
const schema = z.object({ items: z.array(z.object({ tags: z.array(z.string()) })), counts });
type State = z.output<typeof schema>;
interface Item {
  readonly tags: string[];
}

function contractWith(add: (state: State, item: Item) => State) {
  const events = { add: z.object({ tags: z.array(z.string()) }) };
  const initial = { items: [], counts: new Map<string, number>() };
  return defineContract({
    doc: subscription({ events, state: { schema, initial, apply: { add } } }),
    feed: subscription({ events }),
  });
}

async function setUp(add: (state: State, item: Item) => State) {
  const server = await startScriptedServer();
  onTestFinished(() => server.close());
  const contract = contractWith(add);
  const client = createClient(contract, { url: server.url, clock: createManualClock(), multiplex: false });
  return { server, contract, client };
}

const snapshot = { kind: "snapshot", data: '{"items":[{"tags":[]}],"counts":[]}', id: "E.0.0" } as const;
const added = (n: number) => event("add", { tags: ["b", "a"] }, n);
const pure = (s: State, item: Item): State => ({ ...s, items: [...s.items, item] });

describe("shared values can't be changed by a receiver:", () => {
  test.each<[string, (s: State, item: Item) => State]>([
    [
      "a list of the state",
      (s, item) => {
        s.items.push(item);
        return s;
      },
    ],
    [
      "an item of the state",
      (s) => {
        s.items[0]?.tags.push("x");
        return { ...s };
      },
    ],
    ["the event's data", (s, item) => ({ ...s, items: [{ tags: item.tags.sort() }] })],
    ["a Map of the state", (s) => ({ ...s, counts: s.counts.set("a", 1) })],
  ])("an apply that changes %s ends the subscription, and says which", async (_what, add) => {
    const { server, client } = await setUp(add);
    const states: State[] = [];
    const errors: Error[] = [];
    client.doc.subscribe(undefined, { onState: (s) => states.push(s), onError: (e) => errors.push(e) });
    (await server.next()).open().send(snapshot, live(0), added(1), added(2));
    await until(() => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "contractMismatch" });
    expect(errors[0]?.message).toMatch(/event "add" of "doc" changes its state, or the event's data, in place/);
    expect(states).toHaveLength(1);
    expect(states[0]?.items).toEqual([{ tags: [] }]);
  });

  test("states, events and their data, whichever receiver is first", async () => {
    const { server, client } = await setUp(pure);
    vi.spyOn(console, "error").mockImplementation(() => {});
    const seen: unknown[] = [];
    for (const each of ["first", "second"]) {
      client.doc.subscribe(undefined, {
        onState(state) {
          seen.push(JSON.parse(JSON.stringify(state)).items.length);
          state.items.push({ tags: [each] });
        },
        onEvent(event) {
          seen.push(event.data.tags.join());
          event.data.tags.sort();
        },
        on: {
          add(data, event) {
            seen.push(data.tags.join());
            (event as { id: string }).id = each;
          },
        },
      });
    }
    (await server.next()).open().send(snapshot, live(0), added(1));
    await until(() => seen.length === 8);
    expect(seen).toEqual([1, 1, "b,a", "b,a", "b,a", "b,a", 2, 2]);
    expect(console.error).toHaveBeenCalledTimes(8);
  });

  test("events of a subscription without state", async () => {
    const { server, client } = await setUp(pure);
    vi.spyOn(console, "error").mockImplementation(() => {});
    const seen: string[] = [];
    for (let i = 0; i < 2; i++)
      client.feed.subscribe(undefined, { on: { add: ({ tags }) => void seen.push(tags.sort().join()) } });
    client.feed.subscribe(undefined, { on: { add: ({ tags }) => void seen.push(tags.join()) } });
    (await server.next()).open().send(live(0), added(1));
    await until(() => seen.length > 0);
    expect(seen).toEqual(["b,a"]);
  });

  test("events and states of a client with only the contract's type", async () => {
    const { server, wireClient } = await setUpFeed();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const seen: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      wireClient.scores.watch.subscribe(
        { matchId: "m1" },
        {
          onSnapshot(state) {
            seen.push(state.home);
            state.home++;
          },
          on: {
            goal(data) {
              seen.push(data.team);
              data.team = "away";
            },
          },
        },
      );
    }
    (await server.next()).open().send(feedSnapshot(1, 0, 0), live(0), event("goal", { team: "home" }, 1));
    await until(() => seen.length === 4);
    expect(seen).toEqual([1, 1, "home", "home"]);
  });

  test("a loop that is the only reader may change its events", async () => {
    const { server, client } = await setUp(pure);
    const reading = client.feed.iterate(undefined)[Symbol.asyncIterator]().next();
    (await server.next()).open().send(live(0), added(1));
    expect((await reading).value.data.tags.sort()).toEqual(["a", "b"]);
  });
});

test("without onSkippedEvent, a skipped event causes one warning per type", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { server, client } = await setUpFeed();
  const seen: string[] = [];
  client.feed.subscribe(undefined, { on: { post: (text) => void seen.push(text) } });
  (await server.next())
    .open()
    .send(event("poll", 1, 1), event("poll", 2, 2), event("post", 3, 3), event("post", "a", 4));
  await until(() => seen.length === 1);
  expect(warn.mock.calls).toEqual([
    ['[sluice] Passed over "poll" of feed: unknown to this contract. onSkippedEvent hears of all.'],
    ['[sluice] Passed over "post" of feed: its data doesn\'t fit. onSkippedEvent hears of all.'],
  ]);
});
