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

const contract = defineContract({
  watch: subscription({ events: { goal: z.object({ minute: z.int() }) }, start: "oldest" }),
  report: mutation({ input: z.object({ minute: z.int() }) }),
});
const { $router, watch, report } = implement(contract);
const api = $router({
  watch: watch.live(),
  report: report.handler(async ({ input, topic }) => {
    await topic(contract.watch).publish({ type: "goal", data: input });
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
