import { defineContract, mutation, query, subscription } from "@sluice/contract";
import type { EventFrame, Frame } from "@sluice/contract/wire";
import { onTestFinished, vi } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import type { ClientOptions } from "../client-options.js";
import { createClient as createWireClient } from "../types-only.js";
import { createManualClock } from "./manual-clock.test-kit.js";
import { startScriptedServer } from "./scripted-server.test-kit.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** The contract of the client's tests. */
export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), since: isoDate.optional() }),
      events: {
        goal: z.object({ team: z.enum(["home", "away"]) }),
        fullTime: z.object({ at: isoDate }),
        own: z.object({}),
      },
      state: {
        schema: z.object({ home: z.int(), away: z.int(), endedAt: isoDate.nullable() }),
        initial: { home: 0, away: 0, endedAt: null },
        apply: {
          goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }),
          fullTime: (score, { at }) => ({ ...score, endedAt: at }),
          own: () => {
            throw new Error("own goals are not counted");
          },
        },
      },
      errors: { matchNotFound: { status: 404, data: z.object({ at: isoDate }) }, closed: {} },
    }),
    report: mutation({
      input: z.object({ matchId: z.string(), at: isoDate.optional() }),
      output: z.object({ at: isoDate }),
      errors: { matchNotFound: { status: 404, data: z.object({ at: isoDate }) } },
    }),
    find: query({ input: z.object({ text: z.string() }), output: z.array(z.string()) }),
    clear: mutation(),
  },
  feed: subscription({ events: { post: z.string(), like: z.object({ at: isoDate }) } }),
  assistant: subscription({
    method: "POST",
    input: z.object({ prompt: z.string() }),
    events: { token: z.string() },
  }),
});

/** A scripted server and its clients, on a manual clock. All are closed after the test. */
export async function setUp(options: Partial<ClientOptions> = {}) {
  const server = await startScriptedServer();
  onTestFinished(() => server.close());
  const clock = createManualClock();
  const retry = { random: () => 0.5 };
  const all: ClientOptions = { url: server.url, clock, retry, multiplex: false, ...options };
  return { server, clock, client: createClient(contract, all), wireClient: createWireClient<typeof contract>(all) };
}

export const match = { matchId: "m1" };
export const at = (offset: number, epoch = "E") => `${epoch}.${offset}.${offset === 0 ? "0" : `m${offset}`}`;
export const live = (offset: number): Frame => ({ kind: "live", id: at(offset) });
export const event = (type: string, data: unknown, offset: number): EventFrame => ({
  kind: "event",
  type,
  data: JSON.stringify(data),
  id: at(offset),
});
export const goal = (team: "home" | "away", offset: number) => event("goal", { team }, offset);
export const post = (text: string, offset: number) => event("post", text, offset);
export const snapshot = (home: number, away: number, offset: number, epoch = "E"): Frame => ({
  kind: "snapshot",
  data: JSON.stringify({ home, away, endedAt: null }),
  id: at(offset, epoch),
});

/** Waits for a condition, however long it takes. */
export const until = (condition: () => boolean) =>
  vi.waitFor(
    () => {
      if (!condition()) throw new Error(`Still waiting until ${condition}`);
    },
    { timeout: 25_000, interval: 2 },
  );
