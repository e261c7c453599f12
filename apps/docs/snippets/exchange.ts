import { setTimeout as sleep } from "node:timers/promises";

/** Stands for an exchange's feed. */
export async function* prices(symbol: string, signal: AbortSignal): AsyncGenerator<number> {
  for (let price = symbol.length * 100; !signal.aborted; price++) {
    yield price;
    await sleep(20, undefined, { signal }).catch(() => {});
  }
}
