import { type Log, LogError, memoryLog } from "@sluice/log";
import { expect, onTestFinished, test, vi } from "vitest";
import { createApp } from "../../apps/example/server/app.ts";
import { onOneServer } from "../../apps/example/server/on-one-server.ts";
import { ownClient } from "../../apps/example/server/own-client.ts";

const waiting = { timeout: 15_000, interval: 20 };

/** A server's view of a log, which it may lose. */
function linked(log: Log) {
  const state = { isCut: false };
  const unlessCut =
    <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>) =>
    (...args: Args) =>
      state.isCut ? Promise.reject(new LogError("unavailable", "cut")) : ask(...args);
  return { state, log: { ...log, acquire: unlessCut(log.acquire), renew: unlessCut(log.renew) } as Log };
}

/** The types of the entries about who is present. */
async function typesIn(log: Log): Promise<string[]> {
  const { page } = await log.open("document/presence?{}", { from: "oldest", limit: 512 });
  return page.ok ? page.entries.map(({ type }) => type) : [];
}

test("a job runs on one of two servers, and on the other one once that stops or is cut off", {
  timeout: 60_000,
}, async () => {
  const log = memoryLog();
  const running = new Set<string>();
  const ran: string[] = [];
  let most = 0;
  const start = (name: string) => {
    const own = linked(log);
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const run = async (turn: { readonly aborted: boolean }) => {
      ran.push(name);
      running.add(name);
      while (!turn.aborted) {
        most = Math.max(most, running.size);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      running.delete(name);
    };
    return { ...own, stop, over: onOneServer({ log: own.log, name: "job", signal: stop.signal, run }) };
  };
  const one = start("one");
  await vi.waitFor(() => expect(ran).toEqual(["one"]), waiting);
  const two = start("two");
  one.state.isCut = true;
  await vi.waitFor(() => expect(ran).toEqual(["one", "two"]), waiting);
  one.state.isCut = false;
  two.stop.abort();
  await two.over;
  await vi.waitFor(() => expect(ran).toEqual(["one", "two", "one"]), waiting);
  expect(most).toBe(1);
});

test("who is present in the document doesn't depend on the server that a window is connected to", {
  timeout: 60_000,
}, async () => {
  const log = memoryLog();
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const start = async () => {
    const { sluice } = await createApp({
      log,
      signal: stop.signal,
      pages: (_req, _res, next) => next(),
      isStill: true,
    });
    const client = ownClient(sluice);
    onTestFinished(() => client.$close());
    return client.document;
  };
  const [one, two] = [await start(), await start()];
  const awareness = new Uint8Array([1, 2, 3]);
  const seen: string[] = [];
  onTestFinished(
    one.presence.subscribe({ clientId: 7 }, { onState: ({ people }) => seen.push(Object.keys(people).join(" ")) }),
  );
  await expect(two.move({ clientId: 8, awareness })).rejects.toMatchObject({ code: "notPresent" });
  const live = (document: typeof one) =>
    new Promise<() => void>((resolve) => {
      const leave = document.presence.subscribe(
        { clientId: 8 },
        { onConnection: ({ status }) => status === "live" && queueMicrotask(() => resolve(leave)) },
      );
    });
  const leaveOne = await live(one);
  await two.move({ clientId: 8, awareness });
  await vi.waitFor(() => expect(seen.at(-1)).toBe("8"), waiting);
  leaveOne();
  const leaveTwo = await live(two);
  await vi.waitFor(async () => expect(await typesIn(log)).toContain("left"), waiting); // of the first server
  await one.move({ clientId: 8, awareness });
  expect(seen.filter((people, index) => people !== seen[index - 1])).toEqual(["", "8"]);
  leaveTwo();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(""), waiting);
});
