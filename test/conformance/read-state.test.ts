import { defineContract, subscription } from "@sluice/contract";
import { createSluice, type GetTopic, implement } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { expect, it } from "vitest";
import * as z from "zod";
import { clientInProcess } from "./in-process.js";

const at = z.codec(z.iso.datetime(), z.date(), { decode: (t) => new Date(t), encode: (d) => d.toISOString() });
const state = {
  schema: z.object({ lines: z.array(z.string()), at: at.nullable(), by: z.string() }),
  initial: { lines: [], at: null, by: "" },
  apply: {
    line: (s: { lines: string[]; at: Date | null; by: string }, text: string) => ({ ...s, lines: [...s.lines, text] }),
  },
};
const contract = defineContract({
  doc: subscription({ input: z.object({ id: z.string() }), events: { line: z.string() }, state }),
  folded: subscription({ events: { line: z.string() }, state }),
});

interface Context {
  readonly user?: string;
}

function setUp() {
  const s = implement(contract).$context<Context>();
  const named = s.$middleware(({ context, next, errors }) => {
    if (context.user === "mallory") throw errors.forbidden();
    return next({ context: { name: `Mr ${context.user ?? "Nobody"}` } });
  });
  const router = s.$router({
    doc: s.doc.use(named).live({
      async snapshot({ context, input, topic }) {
        const { state: whole, cursor } = await topic(contract.doc, input).state();
        return { state: { ...whole, lines: whole.lines.slice(-1), at: new Date(0), by: context.name }, cursor };
      },
      filter: () => true,
    }),
    folded: s.folded.live(),
  });
  return createSluice(router);
}

/** The state that a subscriber gets as `$snapshot`. */
async function subscribed(sluice: ReturnType<typeof setUp>, user: string) {
  return new Promise((resolve, reject) => {
    const { doc } = clientInProcess(contract, sluice, { user });
    const stop = doc.subscribe(
      { id: "1" },
      {
        onState(state) {
          resolve(state);
          queueMicrotask(() => stop());
        },
        onError: reject,
      },
    );
  });
}

it("state() returns what a subscriber gets as $snapshot, from the procedure's own snapshot and in its context", async () => {
  const sluice = setUp();
  for (const data of ["a", "b"]) await sluice.topic(contract.doc, { id: "1" }).publish({ type: "line", data });
  const { cursor } = await sluice.topic(contract.doc, { id: "1" }).publish({ type: "line", data: "c" });
  const read = await sluice.topic(contract.doc, { id: "1" }).state({ context: { user: "Ann" } });
  expect(read).toEqual({ state: { lines: ["c"], at: new Date(0), by: "Mr Ann" }, cursor });
  expect(read.state).toEqual(await subscribed(sluice, "Ann"));
  expect((await sluice.topic(contract.doc, { id: "1" }).state()).state.by).toBe("Mr Nobody");
});

it("state() of a procedure without its own snapshot is folded, and the caller may change it", async () => {
  const sluice = setUp();
  await sluice.topic(contract.folded).publish({ type: "line", data: "a" });
  const { state: first } = await sluice.topic(contract.folded).state();
  first.lines.push("mine");
  expect((await sluice.topic(contract.folded).state()).state.lines).toEqual(["a"]);
});

it("state() throws the errors of the procedure's middleware and of its input", async () => {
  const sluice = setUp();
  await expect(sluice.topic(contract.doc, { id: "1" }).state({ context: { user: "mallory" } })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(sluice.topic(contract.doc, { id: 1 as never }).state()).rejects.toMatchObject({ code: "badRequest" });
});

it("state() reports a snapshot or a middleware that asks for its own state", async () => {
  const s = implement(contract);
  const asking: { topic?: GetTopic } = {};
  const ask = () => (asking.topic as GetTopic)(contract.folded).state();
  const middleware = s.$middleware(async ({ next }) => {
    await ask();
    return next();
  });
  const doc = s.doc.live();
  for (const folded of [s.folded.live({ snapshot: ask }), s.folded.use(middleware).live({ snapshot: ask })]) {
    const sluice = createSluice(s.$router({ doc, folded }), { onError: () => {} });
    asking.topic = sluice.topic;
    await expect(ask()).rejects.toThrow(
      /state\(\) of "folded" is asked 1000 times at once\..* `topic` that it is called with/,
    );
    expect((await sluiceFetch(sluice)("http://sluice/folded")).status).toBe(500);
  }
});
