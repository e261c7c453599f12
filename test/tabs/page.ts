import { createClient } from "@sluice/client";
import { sharedTabs } from "@sluice/client/tabs";
import { contract } from "./contract.ts";

/** What a page shows to the test. */
export interface Shown {
  /** Names the tab to the server. */
  readonly tab: string;
  readonly ticks: number[];
  readonly counts: number[];
  readonly statuses: string[];
  /** Resets, ends, errors, and pages that came out of the back-forward cache. */
  readonly told: string[];
}

const shown: Shown = { tab: crypto.randomUUID(), ticks: [], counts: [], statuses: [], told: [] };
const client = createClient(contract, {
  url: "/api",
  headers: { "x-tab": shown.tab },
  onUnauthorized: async () => (await fetch("/renew", { method: "POST" })).ok,
  tabs: sharedTabs({ key: "user" }),
});
const handlers = {
  onReset: ({ reason }: { reason: string }) => shown.told.push(`reset ${reason}`),
  onError: ({ code }: { code: string }) => shown.told.push(`error ${code}`),
  onEnd: () => shown.told.push("end"),
};
client.ticks.subscribe({
  ...handlers,
  on: { tick: (n) => shown.ticks.push(n) },
  onConnection: ({ status }) => shown.statuses.push(status),
});
client.count.subscribe({ ...handlers, onState: (n) => shown.counts.push(n) });
addEventListener("pageshow", ({ persisted }) => persisted && shown.told.push("cached"));
addEventListener("error", ({ message }) => shown.told.push(`uncaught ${message}`));

/** A reader that takes one part, and the others only when it is told to. */
const reader = { parts: [] as number[], read: () => {} };
const held = new Promise<void>((resolve) => {
  reader.read = resolve;
});
async function readBulk(): Promise<void> {
  try {
    for await (const { data } of client.bulk.iterate()) {
      reader.parts.push(data.length);
      await held;
    }
  } catch (error) {
    shown.told.push(`reader ${error}`);
  }
}
Object.assign(globalThis, { shown, client, reader, readBulk });
