/** Longest wait for a frame, in milliseconds: hidden tabs have none. */
const hiddenFrame = 250;
/** The wait without `requestAnimationFrame`, in milliseconds. */
const noFrame = 16;

export interface Flushable {
  flush(): void;
}

/** Flushes all changed views together, once per animation frame: one React commit for all. */
export interface Frames {
  /** Flushes with the next frame. */
  schedule(item: Flushable): void;
  /** Flushes at the end of the running task, so that what came in one chunk is shown together. */
  soon(item: Flushable): void;
  /** Flushes one item now. */
  flush(item: Flushable): void;
  cancel(item: Flushable): void;
}

/** @param batch runs a function in which all observers are notified together. */
export function createFrames(batch: (work: () => void) => void): Frames {
  const waiting = new Set<Flushable>();
  const urgent = new Set<Flushable>();
  let cancelFrame: (() => void) | undefined;

  function flushAll(): void {
    cancelFrame = undefined;
    const items = [...waiting];
    waiting.clear();
    batch(() => {
      for (const item of items) item.flush();
    });
  }

  function flush(item: Flushable): void {
    cancel(item);
    batch(() => item.flush());
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
