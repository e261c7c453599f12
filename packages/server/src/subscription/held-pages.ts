import type { ReadPage } from "@sluice/log";
import { sizeOf } from "../topic/batch.js";
import type { Look } from "../topic/trail.js";

/** Most bytes of all pages together: 4 Mi. */
const maxBytes = 4 * 1024 * 1024;

interface HeldPage {
  readonly page: ReadPage;
  readonly size: number;
}

/**
 * The pages that subscribers have read and not written yet, because their lane is full or waits for its turn. Beyond the limit,
 * those that have waited longest are dropped: their subscribers keep a cursor, and read the log again.
 */
export class HeldPages {
  readonly #pages = new Map<object, HeldPage>();
  #size = 0;

  /** Takes the place of what the subscriber had left here before. */
  keep(subscriber: object, { opened }: Look): void {
    const page = opened?.page;
    if (!page?.ok) return;
    const size = page.entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    this.take(subscriber);
    if (size === 0) return;
    this.#pages.set(subscriber, { page, size });
    this.#size += size;
    for (const oldest of this.#pages.keys()) {
      if (this.#size <= maxBytes) break;
      this.take(oldest);
    }
  }

  /** What a subscriber has left here, once. */
  take(subscriber: object): ReadPage | undefined {
    const held = this.#pages.get(subscriber);
    if (!held) return undefined;
    this.#pages.delete(subscriber);
    this.#size -= held.size;
    return held.page;
  }
}
