import { createPublisher, type Log } from "@sluice/server";
import { contract } from "./contract.js";

/** A process that serves nobody: it publishes into the log of the servers. */
export async function publishPrices(log: Log, prices: AsyncIterable<{ symbol: string; price: number; id: string }>) {
  const publisher = createPublisher(contract, { log, retain: { "prices/ticks": { events: 1_000 } } });
  for await (const { symbol, price, id } of prices) {
    const ticks = publisher.topic(contract.prices.ticks, { symbol });
    await ticks.publish({ type: "tick", data: { price } }, { idempotencyKey: id });
  }
  await publisher.close();
}
