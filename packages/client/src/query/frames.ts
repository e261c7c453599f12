import { notifyManager } from "@tanstack/react-query";

/** Longest wait for a frame, in milliseconds: a hidden tab draws none. */
const hiddenFrame = 250;
/** The wait where there are no frames at all, in milliseconds. */
const noFrame = 16;

export interface Flushable {
  flush(): void;
}

/** Gathers what changed and flushes all of it together, once per animation frame: one React commit for all views. */
export interface Frames {
  /** Flushes with the next frame. */
  schedule(item: Flushable): void;
  /** Flushes once the running task is done: what came in one chunk is shown together. */
  soon(item: Flushable): void;
  /** Flushes one item now. */
  flush(item: Flushable): void;
  cancel(item: Flushable): void;
}

export function createFrames(): Frames {
  const waiting = new Set<Flushable>();
  const urgent = new Set<Flushable>();
  let cancelFrame: (() => void) | undefined;

  function flushAll(): void {
    cancelFrame = undefined;
    const items = [...waiting];
    waiting.clear();
    // One batch: TanStack tells all observers in one task, and React makes one commit of it.
    notifyManager.batch(() => {
      for (const item of items) item.flush();
    });
  }

  function flush(item: Flushable): void {
    cancel(item);
    notifyManager.batch(() => item.flush());
  }

  function cancel(item: Flushable): void {
    urgent.delete(item);
    waiting.delete(item);
    if (waiting.size > 0) return;
    cancelFrame?.();
    cancelFrame = undefined;
  }

  return {
    schedule(item) {
      waiting.add(item);
      cancelFrame ??= onNextFrame(flushAll);
    },
    soon(item) {
      if (urgent.has(item)) return;
      urgent.add(item);
      queueMicrotask(() => {
        if (urgent.has(item)) flush(item);
      });
    },
    flush,
    cancel,
  };
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
