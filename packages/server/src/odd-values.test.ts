import { defineContract, subscription } from "@sluice/contract";
import { expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { sluiceFetch } from "./adapters/fetch.js";
import { createSluice, implement } from "./index.js";

const events = { tick: z.string() };
const contract = defineContract({ prices: { watch: subscription({ events }) } });
const s = implement(contract);

type Make = (options?: object) => ReturnType<typeof s.prices.watch.live>;

/** The first error that is reported when somebody subscribes. */
async function reportOf(watch: ReturnType<Make>): Promise<string> {
  let tell = (_message: string) => {};
  const told = new Promise<string>((resolve) => (tell = resolve));
  const sluice = createSluice(s.$router({ prices: { watch } }), {
    onError: ({ error }) => tell((error as Error).message),
  });
  const { body } = await sluiceFetch(sluice)("http://host/prices/watch");
  const message = await told;
  await body?.cancel();
  await sluice.close({ timeout: 0 });
  return message;
}

const kinds: [what: string, make: (run: () => unknown) => ReturnType<Make>][] = [
  ["source", (run) => s.prices.watch.live({ source: run as never })],
  ["generator", (run) => s.prices.watch.stream(run as never)],
  ["generator with onCut", (run) => s.prices.watch.stream(run as never, { onCut: "restart" })],
  ["resumable generator", (run) => s.prices.watch.stream(run as never, { resumable: true })],
];

it.each(kinds)("says what a %s returned that is no generator, and what is allowed", async (what, make) => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  onTestFinished(() => void process.off("unhandledRejection", unhandled));
  const tick = { type: "tick", data: "1" };
  for (const [give, name] of [
    [() => [tick], "an array"],
    [() => [tick].values(), "an object"],
    [() => "tick", '"tick"'],
    [() => undefined, "undefined"],
    [() => null, "null"],
    [() => ({ [Symbol.asyncIterator]: () => null }), "an object"],
    [() => ({ [Symbol.asyncIterator]: () => ({}) }), "an object"],
    [async () => {}, "a Promise"],
    [() => Promise.reject(new Error("nobody waits for it")), "a Promise"],
  ] as const) {
    expect(await reportOf(make(give))).toBe(
      `The ${what.split(" ").find((word) => word !== "resumable")} of "prices/watch" returned ${name}; allowed is an async iterable, as of async function*.`,
    );
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).not.toHaveBeenCalled();
});

it.each(kinds)("says what a %s yielded that is no event, and what is allowed", async (_what, make) => {
  for (const given of [null, undefined, 5]) {
    const run = async function* () {
      yield given;
    };
    expect(await reportOf(make(run))).toBe(
      `An event of "prices/watch": ${given} is not an event; allowed is { type, data }`,
    );
  }
});

const sluice = createSluice(s.$router({ prices: { watch: s.prices.watch.live() } }));

it.each([undefined, null])("says what disconnect takes instead of %s", (given) => {
  expect(() => sluice.disconnect(given as never)).toThrow(
    new TypeError(`disconnect: the filter is ${given}; allowed is an object with a tag or a path.`),
  );
});

it.each<[given: unknown, shown: string]>([
  ["prices/watch", '"prices/watch"; write contract.prices.watch'],
  ["no", '"no"'],
  [undefined, "undefined"],
  [{}, "an object"],
])("says what topic() takes instead of %j", (given, shown) => {
  expect(() => sluice.topic(given as never)).toThrow(
    new TypeError(`topic() takes a subscription of this contract, as defineContract() made it, not ${shown}.`),
  );
});
