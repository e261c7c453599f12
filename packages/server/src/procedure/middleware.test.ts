import { defineContract, mutation, subscription } from "@sluice/contract";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { createSluice, implement } from "../index.js";
import { type AnyArgs, type AnyMiddleware, runMiddlewares } from "./middleware.js";

const args = {
  context: { a: 1 },
  input: undefined,
  errors: {},
  path: "x",
  signal: new AbortController().signal,
} as AnyArgs;

describe("runMiddlewares", () => {
  it("runs middleware from the outside in and back, and merges their contexts", async () => {
    const log: string[] = [];
    const wrap =
      (name: string, context: object): AnyMiddleware =>
      async ({ next }) => {
        log.push(`${name} in`);
        const result = await next({ context });
        log.push(`${name} out`);
        return result;
      };
    const value = await runMiddlewares(
      [wrap("first", { a: 2, b: 1 }), wrap("second", { b: 2 })],
      args,
      async (last) => {
        log.push("procedure");
        return last.context;
      },
    );
    expect(value).toEqual({ a: 2, b: 2 });
    expect(log).toEqual(["first in", "second in", "procedure", "second out", "first out"]);
    expect(args.context).toEqual({ a: 1 });
  });

  it("runs nothing more after one throws", async () => {
    let reached = false;
    const refuse: AnyMiddleware = () => {
      throw new Error("no");
    };
    const final = async () => {
      reached = true;
    };
    await expect(runMiddlewares([refuse], args, final)).rejects.toThrow("no");
    expect(reached).toBe(false);
  });

  it("does not end the process if the rest fails while a middleware does something else", async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listen);
    onTestFinished(() => void process.off("unhandledRejection", listen));
    const audit: AnyMiddleware = async ({ next }) => {
      const result = next();
      await new Promise((resolve) => setImmediate(resolve));
      return result;
    };
    const failing = runMiddlewares([audit], args, () => Promise.reject(new Error("not found")));
    await expect(failing).rejects.toThrow("not found");
    expect(unhandled).toEqual([]);
  });

  it.each<[string, AnyMiddleware]>([
    ["returns nothing and never calls next", () => undefined as never],
    [
      "calls next but returns something else",
      async ({ next }) => {
        await next();
        return {} as never;
      },
    ],
    [
      "calls next twice",
      async ({ next }) => {
        await next();
        return next();
      },
    ],
  ])("names the path of a middleware that %s", async (_what, middleware) => {
    await expect(runMiddlewares([middleware], args, async () => 1)).rejects.toThrow(/middleware of "x"/);
  });
});

describe("$middleware", () => {
  const input = z.object({ matchId: z.string() });
  const contract = defineContract({
    report: mutation({ input, errors: { matchNotFound: {} } }),
    undo: mutation({ input: input.extend({ by: z.string() }), output: z.string(), errors: { matchNotFound: {} } }),
    watch: subscription({ input, events: { goal: z.string() }, errors: { matchNotFound: {} } }),
  });
  const s = implement(contract);
  const own = s.$middleware(s.report, ({ input: { matchId }, errors, path, next }) => {
    if (matchId === "none") throw errors.matchNotFound({ message: `None at ${path}` });
    return next({ context: { match: `${path} of ${matchId}` } });
  });
  const sluice = createSluice(
    s.$router({
      report: s.report.use(own).handler(() => {}),
      undo: s.undo.use(own).handler(({ context, input: { by } }) => `${context.match} by ${by}`),
      watch: s.watch.use(own).live(),
    }),
  );

  it("runs with the input and the errors of the procedure that uses it", async () => {
    expect(await sluice.call(contract.undo, { matchId: "m1", by: "me" })).toBe("undo of m1 by me");
    const refused = sluice.call(contract.undo, { matchId: "none", by: "me" });
    await expect(refused).rejects.toMatchObject({ code: "matchNotFound", message: "None at undo" });
    await expect(sluice.call(contract.report, { matchId: "none" })).rejects.toMatchObject({
      message: "None at report",
    });
  });

  it.each<[string, () => unknown]>([
    ["$middleware: middleware is", () => s.$middleware({} as never)],
    ["$middleware: middleware is", () => s.$middleware(s.report, 1 as never)],
    ["$use: middleware is", () => s.$use(undefined as never)],
    ['use() of "undo": middleware is', () => s.undo.use({} as never)],
  ])("refuses what is not a function: %s", (text, make) => {
    expect(make).toThrow(text);
  });
});
