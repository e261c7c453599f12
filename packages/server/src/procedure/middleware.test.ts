import { describe, expect, it, onTestFinished } from "vitest";
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
