import type { Log } from "@sluice/server";
import { openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import { recordLog } from "./recorder.js";
import { retained, retainOf, type Store, type StoreOptions, workersOf } from "./store.js";

/** A memory log for all processes. They are all this one: a server that has stopped goes on, but nobody finds it. */
export async function openMemoryStore({ stateTtls, now, seen, onErrorOf, ...options }: StoreOptions): Promise<Store> {
  let time = now();
  const tick = () => {
    time = now();
  };
  const { log: engine, failover } = await openMemoryHarness({ retain: retained, now: () => time });
  let isRetired = false;
  const recorded = recordLog(engine, { ...options, tick, isOver: () => isRetired });
  // Later appends never settle: their writers have died.
  const append: Log["append"] = (...args) => (isRetired ? new Promise(() => {}) : recorded.append(...args));
  const log = { ...recorded, append };
  const store = { engine, log, isLasting: false, retain: retainOf(stateTtls), seen, failover };
  const connect = () => ({ log, kill() {} });
  return {
    ...store,
    connect,
    worker: workersOf({ ...store, connect }, { onErrorOf }),
    retire() {
      isRetired = true;
    },
  };
}
