import { createPublisher, type Log, type PublisherOptions, type Retain } from "@sluice/server";
import { type MemoryHarness, openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import { type Contract, contractOf } from "./contract.js";
import type { Edition } from "./edition.js";
import type { StateTtls } from "./lives.js";
import type { Voice } from "./publish.js";
import { type RecorderOptions, recordLog } from "./recorder.js";

/** The engine, which survives servers. */
export interface Store {
  readonly harness: MemoryHarness;
  /** Its log, with everything recorded. */
  readonly log: Log;
  /** What servers and publishers say. */
  readonly retain: Retain<Contract>;
  /** The log as servers and publishers see it. */
  readonly seen: (log: Log) => Log;
  /** A process that only publishes, with a given contract. */
  worker(edition: Edition): Voice;
  /** Later appends never settle: their writers have died. */
  retire(): void;
}

export interface StoreOptions extends Omit<RecorderOptions, "tick" | "isOver"> {
  readonly stateTtls: StateTtls;
  /** The engine's clock. */
  readonly now: () => number;
  /** Wraps the engine for its users. */
  readonly seen: (log: Log) => Log;
  /** Returns the `onError` of a worker with this contract. */
  readonly onErrorOf: (edition: Edition) => PublisherOptions["onError"] & {};
}

export async function openStore({ stateTtls, now, seen, onErrorOf, ...options }: StoreOptions): Promise<Store> {
  let time = now();
  const tick = () => {
    time = now();
  };
  const retain = { ...stateTtls, "bot/tally": { events: 20 }, "board/state": { events: 20 } };
  const harness = await openMemoryHarness({ retain: { events: 100, bytes: 1_000_000 }, now: () => time });
  let isRetired = false;
  const recorded = recordLog(harness.log, { ...options, tick, isOver: () => isRetired });
  const append: Log["append"] = (...args) => (isRetired ? new Promise(() => {}) : recorded.append(...args));
  const log = { ...recorded, append };
  const workers = new Map<Edition, Voice>();
  function worker(edition: Edition): Voice {
    const { topic } =
      workers.get(edition) ??
      createPublisher(contractOf(edition), { log: seen(log), retain, snapshotEvery: 5, onError: onErrorOf(edition) });
    const known = { topic, edition };
    workers.set(edition, known);
    return known;
  }
  const retire = () => {
    isRetired = true;
  };
  return { harness, log, retain, seen, worker, retire };
}
