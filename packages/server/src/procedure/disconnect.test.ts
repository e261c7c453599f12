import { defineContract, mutation, subscription } from "@sluice/contract";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { createSluice, implement, type Sluice } from "../index.js";
import { eventually } from "../test-kit/eventually.test-kit.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";

const events = { tick: z.int() };
const contract = defineContract({
  ban: mutation({ input: z.string() }),
  feed: subscription({ events }),
  guarded: subscription({ events }),
  sourced: subscription({ events }),
  generated: subscription({ events }),
  resumable: subscription({ events }),
});

const s = implement(contract).$context<{ tags: string[] }>();
const start = (): Sluice<{ tags: string[] }> =>
  createSluice(
    s.$router({
      ban: s.ban.handler(async ({ input, disconnect }) => void (await disconnect({ tag: input }))),
      feed: s.feed.live(),
      guarded: s.guarded
        .use(async ({ disconnect, next }) => {
          await disconnect({ tag: "eve" });
          return next();
        })
        .live({ onSubscribe: ({ disconnect }) => void disconnect({ tag: "eve" }) }),
      sourced: s.sourced.live({
        async *source({ disconnect }) {
          await disconnect({ tag: "eve" });
          yield { type: "tick", data: 1 };
        },
      }),
      generated: s.generated.stream(async function* ({ disconnect }) {
        await disconnect({ tag: "eve" });
        yield { type: "tick", data: 1 };
      }),
      resumable: s.resumable.stream(
        async function* ({ disconnect }) {
          await disconnect({ tag: "eve" });
          yield { type: "tick", data: 1 };
        },
        { resumable: true },
      ),
    }),
  );

/** A stream of eve's that is open. */
async function openEves(sluice: Sluice<{ tags: string[] }>) {
  const next = subscribe(sluice, contract.feed, undefined, { context: { tags: ["eve"] } }).next();
  await eventually(() => expect(sluice.stats().streams).toBe(1));
  return { ended: expect(next).rejects.toMatchObject({ code: "forbidden" }) };
}

it("a handler gets disconnect, which ends streams as sluice.disconnect does", async () => {
  const sluice = start();
  const eves = await openEves(sluice);
  await sluice.call(contract.ban, "eve", { context: { tags: [] } });
  await eves.ended;
  await sluice.close();
  await expect(sluice.call(contract.ban, "eve", { context: { tags: [] } })).rejects.toMatchObject({
    code: "unavailable",
  });
});

it.each([contract.guarded, contract.sourced, contract.generated, contract.resumable])(
  "middleware, sources and generators get it: $path",
  async (procedure) => {
    const sluice = start();
    onTestFinished(() => sluice.drain({ timeout: 1 }));
    const eves = await openEves(sluice);
    const gone = new AbortController();
    const bobs = subscribe(sluice, procedure, undefined, { context: { tags: ["bob"] }, signal: gone.signal }).next();
    await eves.ended;
    gone.abort();
    await bobs;
  },
);

it("a middleware that disconnects its own client refuses it", async () => {
  const next = subscribe(start(), contract.guarded, undefined, { context: { tags: ["eve"] } }).next();
  await expect(next).rejects.toMatchObject({ code: "forbidden", message: "The authorisation was revoked" });
});
