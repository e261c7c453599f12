import { defineContract, subscription } from "@sluice/contract";
import { inject, vi } from "vitest";
import * as z from "zod";

/** The contract of the counting server in `setup.ts`. */
export const contract = defineContract({
  counter: subscription({
    input: z.string(),
    events: { count: z.int() },
    state: { schema: z.int(), initial: 0, apply: { count: (_, value) => value } },
  }),
});

const origin = inject("counterUrl");
/** The server writes single streams by hand. */
export const options = { url: `${origin}/api`, retry: { base: 10 }, multiplex: false };

/** Sends the server a command for a counter, and returns its numbers. */
export async function control(action: string, name: string, events = 0) {
  const response = await fetch(`${origin}/control/${action}?name=${name}&events=${events}`, { method: "POST" });
  return (await response.json()) as { opened: number; streams: number; value: number };
}

export const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
