// It replaces a module, so it has a process of its own:
// @vitest-environment-options {"process":"production contract"}

import { expect, test, vi } from "vitest";
import * as z from "zod";
import { codecOf } from "./codec.js";
import * as main from "./index.js";

vi.doMock("#development", () => import("./production.js"));
vi.resetModules();
const production: typeof main = await import("./index.js");
const { createFrameDecoder } = await import("./wire/index.js");

function define({ defineContract, mutation, query, subscription }: typeof main) {
  return defineContract({
    match: {
      watch: subscription({
        input: z.object({ id: z.string() }),
        events: { goal: z.object({ minute: z.int() }) },
        state: {
          schema: z.object({ goals: z.int() }),
          initial: { goals: 0 },
          apply: { goal: ({ goals }) => ({ goals: goals + 1 }) },
          version: 2,
        },
        errors: { closed: { status: 409 } },
        key: ["id"],
        method: "POST",
        start: { last: 3 },
        onGap: "skip",
      }),
      news: subscription({ events: { item: z.string() } }),
    },
    list: query({ output: z.array(z.string()) }),
    report: mutation({ input: z.object({ at: z.string().optional() }).optional() }),
    clear: mutation(),
  });
}

test("a contract is the same in production", () => {
  const shapeOf = (contract: object) => JSON.parse(JSON.stringify(contract));
  const contract = define(production);
  expect(shapeOf(contract)).toEqual(shapeOf(define(main)));
  expect(contract.match.watch.path).toBe("match/watch");
  expect(codecOf(contract.match.watch).encodeInput({ id: "m1" })).toEqual({ id: "m1" });
  expect(
    [contract, contract.match, contract.match.watch, contract.match.watch.state.initial].every(Object.isFrozen),
  ).toBe(true);
});

test("in production neither options nor rules are checked", () => {
  const { defineContract, query, subscription } = production;
  const broken = () => ({ list: query({ inptu: z.string() } as object), then: subscription({ events: {} }) });
  expect(() => defineContract(broken() as never)).not.toThrow();
  expect(() => main.defineContract({ then: main.subscription({ events: {} }) } as never)).toThrow(main.ContractError);
});

test("in production, what is wrong with a frame is told by a number, the frame and its member", () => {
  const decoder = createFrameDecoder(() => {});
  const bytes = new TextEncoder().encode('event: $open\ndata: {"kind":"lively"}\n\n');
  expect(() => decoder.push(bytes)).toThrow('Sluice error 3: open: kind: "lively"');
});
