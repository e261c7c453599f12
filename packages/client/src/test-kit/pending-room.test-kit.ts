import { defineContract, mutation, subscription } from "@sluice/contract";
import { MutationObserver, QueryClient, QueryObserver } from "@tanstack/query-core";
import { onTestFinished } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import { sluiceMutation, sluicePending, sluiceSubscription } from "../query/index.js";
import { createManualClock, type ManualClock } from "./manual-clock.test-kit.js";
import { type ScriptedRequest, type ScriptedServer, startScriptedServer } from "./scripted-server.test-kit.js";
import { at, event, live, until } from "./set-up.test-kit.js";

const Message = z.object({ id: z.string() });
const contract = defineContract({
  room: subscription({
    input: z.object({ room: z.string() }),
    events: { said: Message, left: z.object({}) },
    state: {
      schema: z.array(z.string()),
      initial: [],
      apply: { said: (all, { id }) => [...all, id], left: (all) => all },
    },
  }),
  say: mutation({ input: Message.extend({ room: z.string() }), output: z.object({ cursor: z.string() }) }),
  shout: mutation({ input: Message.extend({ room: z.string() }) }),
});
export const room = { room: "r" };

/** A view of a room that is live at a state, and every value that it has shown. */
export async function openRoom(base: readonly string[] = ["a"], { isShown = true } = {}) {
  const server = await startScriptedServer();
  const clock = createManualClock();
  const client = createClient(contract, { url: server.url, clock, retry: { random: () => 0.5 }, multiplex: false });
  const queryClient = new QueryClient();
  onTestFinished(async () => {
    client.$close();
    queryClient.clear();
    await server.close();
  });
  const seen: string[] = [];
  const options = sluiceSubscription(client.room, room);
  const show = () =>
    new QueryObserver(queryClient, options).subscribe(({ data }) => {
      const text = data?.join("");
      if (text !== undefined && text !== seen.at(-1)) seen.push(text);
    });
  const changing = ({ id }: { id: string }) =>
    sluicePending(client.room, room, {
      state: (all) => [...all, id.toUpperCase()],
      echo: { said: (said) => said.id === id },
    });
  /** Sends a message, and takes its request. */
  const start = async <Options extends object>(mutationOptions: Options, id: string) => {
    const sent = new MutationObserver(queryClient, mutationOptions as object).mutate({ ...room, id } as never);
    sent.catch(() => {});
    return { sent, request: await server.next() };
  };
  const say = (id: string) => start(sluiceMutation(client.say, { optimistic: changing }), id);
  const shout = (id: string) => start(sluiceMutation(client.shout, { optimistic: changing }), id);
  if (!isShown) return { server, clock, client, queryClient, seen, show, say, shout, start, options };
  const hide = show();
  const stream = (await server.next()).open().send(state(base, 5), live(5));
  await until(() => seen.length === 1);
  return { server, clock, client, queryClient, seen, show, hide, stream, say, shout, start, options };
}

/** The next stream that the client opens, however long it means to wait. */
export async function reopened(server: ScriptedServer, clock: ManualClock): Promise<ScriptedRequest> {
  const taken: ScriptedRequest[] = [];
  void server.next().then((request) => taken.push(request));
  await until(() => {
    if (taken.length === 0) clock.advance(100);
    return taken.length > 0;
  });
  return taken[0] as ScriptedRequest;
}

export const state = (all: readonly string[], offset: number, epoch = "E") =>
  ({ kind: "snapshot", data: JSON.stringify(all), id: at(offset, epoch) }) as const;
export const said = (id: string, offset: number) => event("said", { id }, offset);
export const answered = (offset: number, epoch?: string) =>
  [200, {}, { output: { cursor: at(offset, epoch) } }] as const;
export const refused = [404, {}, { status: 404, title: "", code: "notFound" }] as const;
