import { defineContract, subscription } from "@sluice/contract";
import { inject, vi } from "vitest";
import * as z from "zod";

/** What the counting server of `setup.ts` serves. */
export const contract = defineContract({
  counter: subscription({
    input: z.string(),
    events: { count: z.int() },
    state: { schema: z.int(), initial: 0, apply: { count: (_, value) => value } },
  }),
});

const origin = inject("counterUrl");
export const options = { url: `${origin}/api`, retry: { base: 10 } };

/** Tells the server what to do with a counter, and gives its numbers. */
export async function control(action: string, name: string, events = 0) {
  const response = await fetch(`${origin}/control/${action}?name=${name}&events=${events}`, { method: "POST" });
  return (await response.json()) as { opened: number; streams: number; value: number };
}

export const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
