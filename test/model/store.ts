import { createPublisher, type Log, type Publisher, type Retention } from "@sluice/server";
import { type MemoryHarness, openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import { contract } from "./contract.js";
import { type RecorderOptions, recordLog } from "./recorder.js";

/** The engine, which outlives servers. */
export interface Store {
  readonly harness: MemoryHarness;
  /** Its log, everything that happens to it being written down. */
  readonly log: Log;
  /** As servers and publishers see it. */
  readonly seen: (log: Log) => Log;
  /** A process that serves nobody and publishes. */
  readonly worker: Publisher;
  /** Nothing gets into it any more: whoever still writes to it has died. */
  retire(): void;
}

export interface StoreOptions extends Omit<RecorderOptions, "tick" | "isOver"> {
  readonly overrides: Readonly<Record<string, Partial<Retention>>>;
  /** The engine's clock. */
  readonly now: () => number;
  readonly sabotage?: ((log: Log) => Log) | undefined;
}

export async function openStore({ overrides, now, sabotage = (log) => log, ...options }: StoreOptions): Promise<Store> {
  let time = now();
  const tick = () => {
    time = now();
  };
  const retain = { events: 100, bytes: 1_000_000 };
  const harness = await openMemoryHarness({
    retain,
    overrides: { ...overrides, "bot/tally": { events: 20 } },
    now: () => time,
  });
  let isRetired = false;
  const recorded = recordLog(harness.log, { ...options, tick, isOver: () => isRetired });
  const append: Log["append"] = (...args) => (isRetired ? new Promise(() => {}) : recorded.append(...args));
  const log = { ...recorded, append };
  const worker = createPublisher(contract, { log: sabotage(log), snapshotEvery: 5 });
  const retire = () => {
    isRetired = true;
  };
  return { harness, log, seen: sabotage, worker, retire };
}
