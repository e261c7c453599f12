import { defineContract, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { createPublisher } from "../index.js";

const events = { tick: z.string() };
const contract = defineContract({
  any: subscription({ input: z.any(), events }),
  keyed: subscription({ input: z.object({ id: z.any(), note: z.any() }), key: ["id"], events }),
});
const tick = { type: "tick" as const, data: "1" };
const { topic } = createPublisher(contract, { log: memoryLog() });

class Own {
  readonly n = 1;
  toJSON() {
    return this;
  }
}
const cyclic: Record<string, unknown> = { list: [] };
cyclic["list"] = [1, cyclic];
const nested = (depth: number) => {
  let value: unknown[] = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};

it.each<[what: string, input: unknown, message: string, path: (string | number)[]]>([
  ["a bigint", { a: [{ n: 1n }] }, "JSON cannot represent a bigint", ["a", 0, "n"]],
  ["a symbol", { s: Symbol("x") }, "JSON cannot represent a symbol", ["s"]],
  ["a function", { f: () => 1 }, "JSON cannot represent a function", ["f"]],
  ["a function alone", () => 1, "JSON cannot represent a function", []],
  ["NaN", Number.NaN, "JSON cannot represent NaN", []],
  ["Infinity", { n: [1, Number.POSITIVE_INFINITY] }, "JSON cannot represent Infinity", ["n", 1]],
  ["an item that is undefined", [1, undefined], "JSON cannot represent undefined", [1]],
  ["a hole", new Array(2), "JSON cannot represent undefined", [0]],
  ["a cycle", cyclic, "JSON cannot represent an object that contains itself", ["list", 1]],
  ["an invalid Date", { at: new Date("x") }, "JSON cannot represent an invalid Date", ["at"]],
  ["a Map", { m: new Map([[1, 2]]) }, "JSON cannot represent a Map", ["m"]],
  ["a Promise", Promise.resolve("m1"), "JSON cannot represent a Promise", []],
  ["a number in an object", [new Number(5)], "JSON cannot represent a Number", [0]],
  ["bytes", new Uint8Array(3), "JSON cannot represent a Uint8Array", []],
  ["what toJSON gives", { at: { toJSON: () => Number.NaN } }, "JSON cannot represent NaN", ["at"]],
])(
  "an input of a topic with %s is refused as badRequest, which names the place",
  async (_what, input, message, path) => {
    const refused = { code: "badRequest", issues: [{ message, path }] };
    await expect(topic(contract.any, input).publish(tick)).rejects.toMatchObject(refused);
    const below = { ...refused, issues: [{ message, path: ["id", ...path] }] };
    await expect(topic(contract.keyed, { id: input, note: 0 }).publish(tick)).rejects.toMatchObject(below);
  },
);

it("an input that is nested deeper than a client's may be is refused as badRequest", async () => {
  const issues = [{ message: "nested deeper than 256 levels", path: [0, 0, 0] }];
  for (const depth of [256, 20_000]) {
    const deep = topic(contract.any, nested(depth)).publish(tick);
    await expect(deep).rejects.toMatchObject({ code: "badRequest", issues });
  }
  await topic(contract.any, nested(255)).publish(tick);
});

it("takes what it took: an input or member left out, a Date, one object twice, and any field that names nothing", async () => {
  const lifeOf = async (input: unknown) => (await topic(contract.any, input).publish(tick)).cursor.split(".")[0];
  const once = { n: 1 };
  expect(await lifeOf(undefined)).toBe(await lifeOf(null));
  expect(await lifeOf({ a: undefined })).toBe(await lifeOf({}));
  expect(await lifeOf(new Date(0))).toBe(await lifeOf("1970-01-01T00:00:00.000Z"));
  expect(await lifeOf(new Own())).toBe(await lifeOf({ n: 1 }));
  expect(await lifeOf([once, once])).toBe(await lifeOf([{ n: 1 }, { n: 1 }]));
  await topic(contract.keyed, { id: 1, note: 1n }).publish(tick);
});
