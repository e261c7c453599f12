// @vitest-environment jsdom
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ClientOptions, StateOf } from "@sluice/client";
import { sluiceFetch } from "@sluice/server/fetch";
import { configure, fireEvent, render, screen } from "@testing-library/react";
import { createElement } from "react";
import { afterAll, expect, it, onTestFinished, vi } from "vitest";
import { createChat } from "./chat.js";
import type { contract, RoomName } from "./contract.js";
import { App } from "./page.js";
import { type Chat, logIn } from "./session.js";

vi.setConfig({ testTimeout: 20_000 });
const until = (check: () => void) => vi.waitFor(check, 10_000);
configure({ asyncUtilTimeout: 10_000 });

const child = spawn(process.execPath, ["--conditions=@sluice/source", "--import", "tsx", "server.ts"], {
  cwd: import.meta.dirname,
  env: { ...process.env, PORT: "0", TOKEN_LIFE: "1000", LINGER: "1000" },
  stdio: ["ignore", "pipe", "inherit"],
});
const [url] = await once(child.stdout, "data");
const server: ClientOptions = { url: String(url).trim() };
afterAll(() => void child.kill());

async function enter(user: string, options = server) {
  const chat = await logIn(options, user, user === "admin" ? "root" : user.slice(0, 1));
  onTestFinished(() => chat.$close());
  return chat;
}
interface Visit {
  state?: StateOf<typeof contract.room.watch>;
  readonly events: string[];
  readonly connection: string[];
}
function visit(chat: Chat, room: RoomName = "lobby"): Visit {
  const seen: Visit = { events: [], connection: [] };
  chat.room.watch.subscribe(
    { room },
    {
      onState: (state) => Object.assign(seen, { state }),
      onEvent: ({ type, data }) => seen.events.push(`${data.user} ${"text" in data ? data.text : type}`),
      onConnection: ({ status, error }) => seen.connection.push(error?.code ?? status),
    },
  );
  return seen;
}
const textsOf = ({ state }: Visit) => state?.messages.map(({ text }) => text);
const say = (chat: Chat, text: string, room: RoomName = "lobby") => chat.room.say({ room, id: randomUUID(), text });

it("shows the last 100 messages on entry, and later ones both ways, in two rooms at once", async () => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const texts = Array.from({ length: 105 }, (_, i) => `message ${i}`);
  for (const text of texts) await say(ann, text);
  const [anns, bobs, kitchen] = [visit(ann), visit(bob), visit(bob, "kitchen")];
  await until(() => expect(textsOf(bobs)).toEqual(texts.slice(-100)));
  await until(() => expect(anns.state?.here.toSorted()).toEqual(["ann", "bob"]));
  const hello = { room: "lobby", id: randomUUID(), text: "hello" } as const;
  await bob.room.say(hello);
  await bob.room.say(hello); // a retry
  await say(ann, "welcome");
  await say(ann, "tea?", "kitchen");
  for (const room of [anns, bobs]) {
    await until(() => expect(textsOf(room)).toEqual([...texts.slice(-98), "hello", "welcome"]));
  }
  await until(() => expect(textsOf(kitchen)).toEqual(["tea?"]));
});

it("shows who is typing, which is no part of the history", async () => {
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  const room = visit(ann);
  await bob.room.type({ room: "lobby", isTyping: true });
  await until(() => expect(room.state?.typing).toEqual(["bob"]));
  await bob.room.type({ room: "lobby", isTyping: false });
  await until(() => expect(room.state?.typing).toEqual([]));
  const late = visit(bob);
  await until(() => expect(late.state?.here).toContain("bob"));
  expect(late.events).not.toContain("bob typing");
});

it("shows a user once, whatever the tabs and reconnects, until the last tab is gone", async () => {
  const { events } = visit(await enter("bob"), "kitchen");
  const tabs = [await enter("eve"), await enter("eve")];
  const views = tabs.map((tab) => visit(tab, "kitchen"));
  for (const { connection } of views) {
    await until(() => expect(connection.filter((status) => status === "live").length).toBe(2));
  }
  for (const tab of tabs) tab.$close();
  await until(() => expect(events.filter((event) => event.startsWith("eve"))).toEqual(["eve joined", "eve left"]));
});

it("loses no message while an expired token is renewed", async () => {
  const [ann, gate] = [await enter("ann"), new AbortController()];
  let isHeld = false;
  const bob = await enter("bob", {
    ...server,
    async fetch(address, init) {
      if (isHeld && address.endsWith("/renew")) await once(gate.signal, "abort");
      return fetch(address, init);
    },
  });
  const room = visit(bob);
  await say(ann, "zero");
  await until(() => expect(textsOf(room)).toContain("zero"));
  isHeld = true;
  await until(() => expect(room.connection.at(-1)).toBe("unauthorized"));
  for (const text of ["one", "two", "three"]) await say(ann, text);
  isHeld = false;
  gate.abort();
  await until(() => expect(textsOf(room)?.slice(-4)).toEqual(["zero", "one", "two", "three"]));
});

it("throws a banned user out of all rooms and tabs, for good", async () => {
  const [admin, eve, tab] = [await enter("admin"), await enter("eve"), await enter("eve")];
  const views = [visit(eve), visit(eve, "kitchen"), visit(tab)];
  for (const { connection } of views) await until(() => expect(connection).toContain("live"));
  await expect(eve.session.ban({ user: "admin" })).rejects.toMatchObject({ code: "forbidden" });
  await admin.session.ban({ user: "eve" });
  for (const { connection } of views) await until(() => expect(connection.at(-1)).toBe("forbidden"));
  await expect(say(eve, "but")).rejects.toMatchObject({ code: "unauthorized" });
  await expect(enter("eve")).rejects.toMatchObject({ code: "forbidden" });
});

it("has a page", async () => {
  const { events } = visit(await enter("bob"));
  render(createElement(App, { server }));
  fireEvent.change(screen.getByLabelText("User"), { target: { value: "ann" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "a" } });
  fireEvent.click(screen.getByText("Log in"));
  const input = await screen.findByLabelText("Say in lobby");
  fireEvent.change(input, { target: { value: "hi" } });
  await screen.findByText("ann is typing.");
  fireEvent.submit(input.closest("form") ?? input);
  await screen.findByText("ann: hi");
  await until(() => expect(events).toEqual(expect.arrayContaining(["ann typing", "ann hi", "ann paused"])));
  fireEvent.click(screen.getByText("Log out"));
  await screen.findByText("Log in");
});

it("works the same on sluiceFetch", async () => {
  const { sluice, whoIs } = createChat({ tokenLife: 1_000 });
  const context = (request: Request) => whoIs(request.headers.get("authorization"));
  const fetch = sluiceFetch(sluice, { base: "/api", context, identify: (_request, { user }) => user ?? undefined });
  const options = { url: "http://chat/api", fetch };
  const [ann, bob] = [await enter("ann", options), await enter("bob", options)];
  await say(ann, "first");
  const room = visit(bob);
  await until(() => expect(room.connection.filter((status) => status === "live").length).toBe(2));
  await say(ann, "second");
  await until(() => expect(textsOf(room)).toEqual(["first", "second"]));
  expect(room.state?.here).toEqual(["bob"]);
});
