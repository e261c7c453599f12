// Serves, subscribes and reports, with the installed packages only.
import { createServer } from "node:http";
import { createClient } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { sharedTabs } from "@sluice/client/tabs";
import { defineContract, mutation, subscription } from "@sluice/contract";
import { encodeFrame } from "@sluice/contract/wire";
import { createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import { fakeServer } from "@sluice/testing";
import * as z from "zod";

const events = { goal: z.object({ minute: z.int() }) };
const contract = defineContract({
  watch: subscription({ events, start: "oldest" }),
  count: subscription({ events, state: { schema: z.int(), initial: 0, apply: { goal: (goals) => goals + 1 } } }),
  report: mutation({ input: z.object({ minute: z.int() }) }),
});
const { $router, watch, count, report } = implement(contract);
const api = $router({
  watch: watch.live(),
  count: count.live(),
  report: report.handler(async ({ input, topic }) => {
    for (const each of [contract.watch, contract.count]) await topic(each).publish({ type: "goal", data: input });
  }),
});
const server = createServer(sluiceNode(createSluice(api, { log: memoryLog() })));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const client = createClient(contract, {
  url: `http://127.0.0.1:${server.address().port}`,
  tabs: sharedTabs({ key: null }), // which aren't shared here
});
await client.report({ minute: 12 });
for await (const { type, data } of client.watch.iterate()) {
  console.log(JSON.stringify({ type, data }));
  break;
}
// In lanes of one stream.
const [{ type }, goals] = await Promise.all([
  new Promise((resolve) => client.watch.subscribe({ onEvent: resolve })),
  new Promise((resolve) => client.count.subscribe({ onState: (known) => known > 0 && resolve(known) })),
]);
console.log(JSON.stringify({ type, goals }));
client.$close();
const fake = fakeServer(contract);
await fake.emit(contract.watch, { type: "goal", data: { minute: 90 } });
for await (const { type, data } of fake.client().watch.iterate()) {
  console.log(JSON.stringify({ type, data }));
  break;
}
await fake.close();
const functions = [useSubscription, sluiceExpress, encodeFrame];
console.log(functions.every((each) => typeof each === "function"));
server.closeAllConnections();
server.close();
