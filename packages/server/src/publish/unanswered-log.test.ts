import { defineContract, subscription } from "@sluice/contract";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createPublisher } from "../index.js";

const contract = defineContract({
  text: subscription({
    events: { post: z.string() },
    state: { schema: z.string(), initial: "", apply: { post: (all, text) => all + text } },
  }),
});
const post = (data: string) => ({ type: "post", data }) as const;
const unknown = { code: "unavailable", data: { outcome: "unknown" } };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] }));
afterEach(() => void vi.useRealTimers());

/** A log whose first call of `name` is answered only when it is let go; it takes effect before, or not until then. */
function setUp(name: "append" | "open" | "acquire" | "release", takesEffect: "at once" | "late") {
  const inner = memoryLog();
  const works = inner[name] as (...args: unknown[]) => Promise<unknown>;
  let letGo: (() => void) | undefined;
  const first = async (...args: unknown[]) => {
    const work = () => works(...args);
    const early = takesEffect === "at once" ? work() : undefined;
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    return early ?? work();
  };
  const call = (...args: unknown[]) => (letGo ? works(...args) : first(...args));
  const publisher = createPublisher(contract, { log: { ...inner, [name]: call } as Log });
  return {
    inner,
    ...publisher,
    text: publisher.topic(contract.text),
    async letGo() {
      letGo?.();
      await vi.advanceTimersByTimeAsync(0);
    },
    async posts() {
      const { page } = await inner.open("text", { from: "oldest", limit: 100 });
      return page.ok ? page.entries.map(({ data }) => JSON.parse(data)) : page;
    },
  };
}

describe.each(["at once", "late"] as const)("an append that is not answered, and takes effect %s", (when) => {
  it("keeps its topic's other publishes no longer than its own timeout, in their order, and harms no state", async () => {
    const { text, topic, letGo, posts } = setUp("append", when);
    const hung = text.publish(post("a"), { timeout: 1_000 }).catch((error) => error);
    const others = [text, topic(contract.text), text].map((each, i) => each.publish(post("bcd"[i] as string)));
    await vi.advanceTimersByTimeAsync(999);
    expect(await posts()).toEqual(when === "late" ? [] : ["a"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await hung).toMatchObject(unknown);
    await Promise.all(others);
    await letGo();
    await text.publish(post("e"));
    const all = when === "late" ? "bcde" : "abcde";
    expect(await posts()).toEqual([...all]);
    expect((await text.state()).state).toBe(all);
  });

  it("is appended once if it is repeated with its key", async () => {
    const { text, letGo, posts } = setUp("append", when);
    const options = { timeout: 1_000, idempotencyKey: "k" };
    const hung = text.publish(post("a"), options).catch((error) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await hung).toMatchObject(unknown);
    expect(await text.publish(post("a"), options)).toMatchObject({ duplicate: when === "at once" });
    await letGo();
    await text.publish(post("b"));
    expect(await posts()).toEqual(["a", "b"]);
    expect((await text.state()).state).toBe("ab");
  });
});

describe.each(["at once", "late"] as const)("a lease that is not answered, and is taken %s", (when) => {
  it("keeps the topic's other publishes no longer than the publish that asked, and is given back", async () => {
    const { text, inner, letGo, posts, close } = setUp("acquire", when);
    const lease = (await inner.acquire("text", { ttl: 60_000 })) ?? expect.fail("it is taken");
    const hung = text.publish(post("a"), { timeout: 1_000 }).catch((error) => error);
    const next = text.publish(post("b"));
    await vi.advanceTimersByTimeAsync(500);
    await inner.release(lease);
    await vi.advanceTimersByTimeAsync(500);
    expect(await hung).toMatchObject({ code: "unavailable", data: undefined });
    await vi.advanceTimersByTimeAsync(1_000);
    await next;
    await letGo();
    await close();
    expect(await posts()).toEqual(["b"]);
    const after = await inner.acquire("text", { ttl: 60_000 });
    expect(after).toBeDefined();
  });
});

it("a lease whose return is not answered does not keep a publisher from closing", async () => {
  const { text, inner, close } = setUp("release", "late");
  const lease = (await inner.acquire("text", { ttl: 1_000 })) ?? expect.fail("it is taken");
  const published = text.publish(post("a"));
  await vi.advanceTimersByTimeAsync(500);
  await inner.release(lease);
  await vi.advanceTimersByTimeAsync(500);
  await published;
  let isClosed = false;
  void close().then(() => {
    isClosed = true;
  });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(isClosed).toBe(true);
});

it("a read that is not answered keeps its topic's publishes and its state for 5 s, and nothing is appended in doubt", async () => {
  const { text, letGo, posts } = setUp("open", "late");
  const hung = text.publish(post("a"), { timeout: 1_000 }).catch((error) => error);
  const state = text.state().catch((error) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await hung).toMatchObject({ code: "unavailable", data: undefined });
  const next = text.publish(post("b"));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await state).toMatchObject({ state: "" });
  await next;
  await letGo();
  await text.publish(post("c"));
  expect(await posts()).toEqual(["b", "c"]);
  expect((await text.state()).state).toBe("bc");
});

it.each(["unavailable", "unknown"] as const)(
  "a read that fails as %s has appended nothing, so the publish may be repeated without a key",
  async (code) => {
    const inner = memoryLog();
    const open = () => Promise.reject(new LogError(code, "away"));
    const { topic } = createPublisher(contract, { log: { ...inner, open } });
    const failed = await topic(contract.text)
      .publish(post("a"))
      .catch((error) => error);
    expect(failed).toMatchObject({ code: "unavailable", data: undefined, retryable: true });
  },
);
