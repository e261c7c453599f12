import { describe, expect, it } from "vitest";
import * as z from "zod";
import { mutation, query, subscription } from "./contract.js";
import { checkFunctions, checkNames } from "./options.js";

const events = { goal: z.string() };
const state = { schema: z.string(), initial: "", apply: {} };

describe("options", () => {
  it.each<[string, () => unknown, string]>([
    [
      "a subscription's",
      () => subscription({ events, strat: "oldest" } as never),
      "subscription: strat is not a known option; known options are input, events, state, errors, key, method, start, onGap.",
    ],
    [
      "a state's",
      () => subscription({ events, state: { ...state, aply: {} } } as never),
      "subscription: state.aply is not a known option; known options are schema, initial, apply, version, migrate, idempotent.",
    ],
    [
      "an error's",
      () => subscription({ events, errors: { full: { stauts: 409 } } } as never),
      "subscription: errors.full.stauts is not a known option; known options are status, data.",
    ],
    [
      "a start's",
      () => subscription({ events, start: { lst: 5 } } as never),
      "subscription: start.lst is not a known option; known options are last.",
    ],
    [
      "a query's",
      () => query({ inpt: z.string() } as never),
      "query: inpt is not a known option; known options are input, output, errors.",
    ],
    [
      "a mutation's",
      () => mutation({ events } as never),
      "mutation: events is not a known option; known options are input, output, errors.",
    ],
    [
      "an error's of a query",
      () => query({ errors: { full: { sttus: 409 } } } as never),
      "query: errors.full.sttus is not a known option",
    ],
    [
      "a subscription's, which are none",
      () => subscription(null as never),
      "subscription: options is null; allowed is an object.",
    ],
    [
      "a state's, which are none",
      () => subscription({ events, state: "x" } as never),
      'subscription: state is "x"; allowed is an object.',
    ],
  ])("with an unknown name are refused, and the message lists the known names: %s", (_whose, use, message) => {
    expect(use).toThrow(TypeError);
    expect(use).toThrow(message);
  });

  it("may be omitted, and may have undefined members", () => {
    checkNames<{ a?: 1 }>("f", undefined, { a: true });
    checkNames<{ a?: 1 }>("f", { a: undefined }, { a: true });
    checkFunctions("f", { a: undefined, b: () => {} });
  });

  it("any value can be shown in a message", () => {
    const odd = Object.create(null);
    for (const [given, text] of [
      [odd, "an object"],
      [Symbol("s"), "Symbol(s)"],
      [[], "an array"],
      ["x", '"x"'],
      [null, "null"],
    ]) {
      expect(() => checkFunctions("f", { on: given })).toThrow(`f: on is ${String(text)}; allowed is a function.`);
    }
  });

  it("don't accept names from Object.prototype", () => {
    expect(() => checkNames<{ a?: 1 }>("f", { constructor: 1 }, { a: true })).toThrow(
      "f: constructor is not a known option",
    );
    expect(() => checkNames<{ a?: 1 }>("f", JSON.parse('{"__proto__":1}'), { a: true })).toThrow("f: __proto__ is no");
  });
});
