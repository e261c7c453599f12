import { createPublisher, type Log } from "@sluice/server";
import { contract } from "../contract.js";

// #region consumer
/** The part of a Kafka client that this needs; KafkaJS's consumer fits. */
interface Consumer {
  run(options: {
    readonly eachMessage: (record: {
      readonly topic: string;
      readonly partition: number;
      readonly message: { readonly key: Buffer | null; readonly value: Buffer | null; readonly offset: string };
    }) => Promise<void>;
  }): Promise<void>;
}
// #endregion consumer

// #region bridge
export async function bridge(log: Log, consumer: Consumer, onBadRecord: (place: string, error: unknown) => void) {
  const publisher = createPublisher(contract, { log, retain: { "prices/ticks": { events: 1_000 } } });
  await consumer.run({
    async eachMessage({ topic, partition, message: { key, value, offset } }) {
      const place = `${topic}/${partition}/${offset}`;
      let price: number;
      try {
        price = contract.prices.ticks.events.tick.parse(JSON.parse(String(value))).price;
      } catch (error) {
        return onBadRecord(place, error); // it would fail for ever: put it aside
      }
      const ticks = publisher.topic(contract.prices.ticks, { symbol: String(key) });
      // What this throws makes the consumer deliver the record again; the key publishes it once.
      await ticks.publish({ type: "tick", data: { price } }, { idempotencyKey: place });
    },
  });
  return publisher; // close it after the consumer
}
// #endregion bridge
