import { defineContract, mutation, subscription } from "@sluice/contract";
import { MutationObserver, QueryClient, QueryObserver } from "@tanstack/query-core";
import { expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { type ScriptedRequest, startScriptedServer } from "../test-kit/scripted-server.test-kit.js";
import { at, event } from "../test-kit/set-up.test-kit.js";
import { sluiceMutation, sluicePending, sluiceSubscription } from "./index.js";

const Entry = z.object({ id: z.string() });
const contract = defineContract({
  list: subscription({
    events: { added: Entry },
    state: { schema: z.array(z.string()), initial: [], apply: { added: (all, { id }) => [...all, id] } },
  }),
  add: mutation({ input: Entry, output: z.object({ cursor: z.string() }) }),
  addBlindly: mutation({ input: Entry }),
});

/** Numbers from 0 up to a limit, the same for the same seed. */
function createRandom(seed: number) {
  let state = seed * 2_654_435_761 + 1;
  return (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A list and calls to it, on a server that a test holds: a call is published, answered or refused when the test says so. */
async function setUpList(random: (limit: number) => number) {
  const server = await startScriptedServer();
  const truth: string[] = [];
  let streams: ScriptedRequest[] = [];
  let epoch = "E";
  const waiting = new Map<string, ScriptedRequest>();
  const published = new Map<string, { readonly request: ScriptedRequest; readonly cursor: string }>();
  const place = () => at(truth.length, epoch);
  const added = (id: string, offset: number) => ({ ...event("added", { id }, offset), id: at(offset, epoch) });

  function open(request: ScriptedRequest): void {
    const cursor = request.headers["last-event-id"] as string | undefined;
    const from = cursor?.startsWith(`${epoch}.`) ? Number(cursor.split(".")[1]) : undefined;
    request.open();
    if (from !== undefined && random(2) === 0) {
      request.send(...truth.slice(from).map((id, index) => added(id, from + index + 1)));
    } else {
      const reason = from === undefined ? "epoch" : "trimmed";
      if (cursor) request.send({ kind: "reset", reason, oldest: place(), head: place() });
      request.send({ kind: "snapshot", data: JSON.stringify(truth), id: place() });
    }
    request.send({ kind: "live", id: place() });
    streams.push(request);
  }

  void (async () => {
    for (;;) {
      const request = await server.next();
      if (request.path.endsWith("/list")) open(request);
      else waiting.set((request.body as { input: { id: string } }).input.id, request);
    }
  })();

  return {
    server,
    truth,
    waiting,
    published,
    publish(id: string) {
      truth.push(id);
      streams = streams.filter(({ isGone }) => !isGone);
      for (const stream of streams) stream.send(added(id, truth.length));
      published.set(id, { request: waiting.get(id) as ScriptedRequest, cursor: place() });
      waiting.delete(id);
    },
    answer(id: string) {
      const { request, cursor } = published.get(id) as { request: ScriptedRequest; cursor: string };
      published.delete(id);
      request.answer(200, {}, request.path.endsWith("Blindly") ? {} : { output: { cursor } });
    },
    refuse(id: string) {
      waiting.get(id)?.answer(404, {}, { status: 404, title: "", code: "notFound" });
      waiting.delete(id);
    },
    cut() {
      if (random(3) === 0) epoch += "x";
      for (const stream of streams) stream.cut();
      streams = [];
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it.each([1, 2, 4, 5])("whatever comes first, nothing shows twice or goes in between (seed %i)", async (seed) => {
  const random = createRandom(seed);
  const list = await setUpList(random);
  const clock = createManualClock();
  const client = createClient(contract, {
    url: list.server.url,
    clock,
    retry: { random: () => 0.5 },
    multiplex: false,
  });
  const queryClient = new QueryClient();
  onTestFinished(async () => {
    client.$close();
    queryClient.clear();
    await list.server.close();
  });
  const seen: (readonly string[])[] = [];
  new QueryObserver(queryClient, sluiceSubscription(client.list)).subscribe(({ data }) => data && seen.push(data));
  await vi.waitFor(() => expect(seen).not.toEqual([]), 15_000);
  const optimistic = ({ id }: { id: string }) =>
    sluicePending(client.list, undefined, {
      state: (all) => (all.includes(id) ? all : [...all, id]),
      echo: { added: (entry) => entry.id === id },
    });
  const [add, addBlindly] = [
    sluiceMutation(client.add, { optimistic }),
    sluiceMutation(client.addBlindly, { optimistic }),
  ];
  const refused = new Set<string>();
  const any = (ids: Iterable<string>): string | undefined => {
    const all = [...ids];
    return all[random(all.length)];
  };

  let count = 0;
  const steps = [
    () => {
      const mutate = new MutationObserver(queryClient, (random(2) ? add : addBlindly) as object).mutate;
      mutate({ id: `m${count++}` } as never).catch(() => {});
    },
    () => list.publish(`o${count++}`),
    (id = any(list.waiting.keys())) => id && list.publish(id),
    (id = any(list.published.keys())) => id?.startsWith("m") && list.answer(id),
    (id = random(3) === 0 ? any(list.waiting.keys()) : undefined) => {
      if (!id) return;
      refused.add(id);
      list.refuse(id);
    },
    () => random(3) === 0 && list.cut(),
  ];
  for (let step = 0; step < 40; step++) {
    steps[random(steps.length)]?.();
    clock.advance(100);
    await pause(random(3) * 8);
  }
  const own = () => Array.from({ length: count }, (_, index) => `m${index}`);
  await vi.waitFor(() => {
    clock.advance(20);
    for (const id of list.waiting.keys()) list.publish(id);
    for (const id of list.published.keys()) if (id.startsWith("m")) list.answer(id);
    expect(seen.at(-1)).toEqual(list.truth);
    expect(queryClient.isMutating()).toBe(0);
  }, 10_000);

  for (const shown of seen) expect(shown).toHaveLength(new Set(shown).size);
  for (const id of [...own(), ...list.truth]) {
    const shows = seen.map((shown) => (shown.includes(id) ? "1" : "0")).join("");
    expect({ id, shows }).toEqual({ id, shows: expect.stringMatching(refused.has(id) ? /^0*1*0*$/ : /^0*1*$/) });
  }
});
