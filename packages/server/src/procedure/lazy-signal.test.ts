import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, mutation } from "@sluice/contract";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import { sluiceNode } from "../adapters/node.js";
import { createSluice, implement } from "../index.js";
import { eventually } from "../test-kit/eventually.test-kit.js";
import { withSignal } from "./lazy-signal.js";

const contract = defineContract({ report: mutation({ input: z.int(), output: z.boolean() }) });

type Handled = { readonly signal: AbortSignal };

/** Answers one call over HTTP behind two middlewares. Returns the answer and the number of signals created. */
async function call(handler: (args: Handled) => boolean): Promise<{ output: boolean; signals: number }> {
  const s = implement(contract).$context<object>();
  const pass = s.$middleware(({ next }) => next());
  const add = s.$middleware(({ next }) => next({ context: { added: true } }));
  const sluice = createSluice(s.$router({ report: s.report.use(pass).use(add).handler(handler) }));
  const server = createServer(sluiceNode(sluice, { context: () => ({}) }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  let signals = 0;
  const Own = AbortController;
  vi.stubGlobal(
    "AbortController",
    class extends Own {
      constructor() {
        super();
        signals++;
      }
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  const { port } = server.address() as AddressInfo;
  const text = await new Promise<string>((resolve, reject) => {
    const asked = request({ port, path: "/report", method: "POST", headers: { "content-type": "application/json" } });
    asked.on("error", reject).end('{"input":1}');
    asked.on("response", (res) => res.setEncoding("utf8").once("data", resolve));
  });
  return { ...(JSON.parse(text) as { output: boolean }), signals };
}

describe("the signal of a call", () => {
  it("is not created if neither middleware nor handler uses it", async () => {
    expect(await call(() => true)).toEqual({ output: true, signals: 0 });
  });

  it("is created if one uses it", async () => {
    const answer = await call(
      ({ signal, ...rest }) => signal instanceof AbortSignal && !signal.aborted && !("signal" in rest),
    );
    expect(answer).toEqual({ output: true, signals: 1 });
  });

  it("is in a copy of the args, in objects that inherit from them, and behind a proxy", () => {
    const { signal } = new AbortController();
    const args = withSignal({ input: 1 }, { signal });
    expect({ ...args }.signal).toBe(signal);
    expect(Object.keys(args)).toEqual(["input", "signal"]);
    expect(Object.create(args).signal).toBe(signal);
    expect(new Proxy(args, {}).signal).toBe(signal);
    expect(withSignal({}, args).signal).toBe(signal);
  });

  it("is aborted if it is first used after the end", async () => {
    let given: Handled | undefined;
    await call((args) => {
      given = args;
      return true;
    });
    await eventually(() => expect(given?.signal.aborted).toBe(true));
  });
});
