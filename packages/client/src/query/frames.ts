import { notifyManager } from "@tanstack/react-query";

/** Longest wait for a frame, in milliseconds: a hidden tab draws none. */
const hiddenFrame = 250;
/** The wait where there are no frames at all, in milliseconds. */
const noFrame = 16;

export interface Flushable {
  flush(): void;
}

/** Gathers what changed and flushes all of it together, once per animation frame: one React commit for all views. */
export class Frames {
  readonly #waiting = new Set<Flushable>();
  readonly #urgent = new Set<Flushable>();
  #cancel: (() => void) | undefined;

  /** Flushes with the next frame. */
  schedule(item: Flushable): void {
    this.#waiting.add(item);
    this.#cancel ??= onNextFrame(() => this.#flushAll());
  }

  /** Flushes once the running task is done with what it has: what came in one chunk is shown together. */
  soon(item: Flushable): void {
    if (this.#urgent.has(item)) return;
    this.#urgent.add(item);
    queueMicrotask(() => {
      if (this.#urgent.has(item)) this.flush(item);
    });
  }

  /** Flushes one item now. */
  flush(item: Flushable): void {
    this.cancel(item);
    notifyManager.batch(() => item.flush());
  }

  cancel(item: Flushable): void {
    this.#urgent.delete(item);
    this.#waiting.delete(item);
    if (this.#waiting.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #flushAll(): void {
    this.#cancel = undefined;
    const items = [...this.#waiting];
    this.#waiting.clear();
    // One batch: TanStack tells all observers in one task, and React makes one commit of it.
    notifyManager.batch(() => {
      for (const item of items) item.flush();
    });
  }
}

function onNextFrame(run: () => void): () => void {
  if (typeof requestAnimationFrame !== "function") {
    const timer = setTimeout(run, noFrame);
    return () => clearTimeout(timer);
  }
  const fire = () => {
    cancel();
    run();
  };
  const frame = requestAnimationFrame(fire);
  const timer = setTimeout(fire, hiddenFrame);
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return cancel;
}
