import { type AnySubscription, SluiceError } from "@sluice/contract";
import { onAbort } from "../platform/abort.js";
import { guarded } from "../platform/report.js";
import type { Lane } from "../transport/transport.js";
import { aborted } from "../wire/failure.js";
import { encodeTarget } from "../wire/target.js";
import { createEventQueue } from "./event-queue.js";
import { type AnyEvent, createFold } from "./fold.js";
import type { IterateOptions, Reset } from "./handlers.js";
import { createResumeTracker } from "./resume-tracker.js";
import type { SubscriptionSettings } from "./settings.js";

/** Most events that wait for the reader; above it the body is left unread, and buffered by `fetch` or the network. */
const highWater = 64;

type IterateSettings = Pick<SubscriptionSettings, "transport" | "onSkippedEvent">;

/** The events of a subscription, over a connection of its own that opens with the first `next`. */
export const iterate = (
  settings: IterateSettings,
  procedure: AnySubscription,
  input: unknown,
  options: IterateOptions = {},
): AsyncIterable<AnyEvent> => ({
  [Symbol.asyncIterator]: () => createIterator(settings, procedure, input, options),
});

interface Waiter {
  resolve(result: IteratorResult<AnyEvent, undefined>): void;
  reject(error: SluiceError): void;
}

const done = { done: true, value: undefined } as const;

function createIterator(
  settings: IterateSettings,
  procedure: AnySubscription,
  input: unknown,
  { signal, cursor, onReset }: IterateOptions,
): AsyncIterator<AnyEvent, undefined> {
  // A reset is queued among the events, so that `onReset` is called between the right two.
  const queue = createEventQueue<AnyEvent | Reset>(highWater);
  const waiters: Waiter[] = [];
  let lane: Lane | undefined;
  let over: { error: SluiceError | undefined } | undefined;

  let stopListening = () => {};
  const abort = () => finish(aborted(signal?.reason), true);

  /** Events that are queued are still delivered, unless the reader has left. */
  function finish(error: SluiceError | undefined, drop = false): void {
    if (drop) queue.clear();
    if (over) return;
    over = { error };
    stopListening();
    lane?.close();
    queue.release();
    for (const waiter of waiters.splice(0)) settle(waiter);
  }

  function settle({ resolve, reject }: Waiter) {
    const error = over?.error;
    if (!error) return resolve(done);
    over = { error: undefined }; // thrown once, then it is done
    reject(error);
  }

  function push(event: AnyEvent): void {
    const waiter = waiters.shift();
    if (waiter) waiter.resolve({ done: false, value: event });
    else queue.push(event);
  }

  /** The next event in the queue. Calls `onReset` for a reset before it. */
  function shift(): AnyEvent | undefined {
    while (queue.size > 0) {
      const next = queue.shift();
      if (!("reason" in next)) return next;
      guarded(onReset, next);
    }
    return undefined;
  }

  function start() {
    if (signal?.aborted) return abort();
    stopListening = onAbort(signal, abort);
    try {
      const target = encodeTarget(procedure, input);
      const tracker = createResumeTracker(cursor);
      const fold = createFold({
        procedure,
        tracker,
        keepState: false,
        onSkippedEvent: settings.onSkippedEvent,
        sink: {
          event: push,
          state() {},
          reset(reset) {
            if (!onReset) throw new SluiceError("gap", { data: reset });
            if (waiters.length > 0) guarded(onReset, reset);
            else queue.push(reset);
          },
        },
      });
      const { opened, apply } = fold;
      lane = settings.transport.lane(
        { target, resume: tracker },
        {
          opened,
          frame: apply,
          changed() {},
          over: finish,
          ready: queue.ready,
        },
      );
      if (over)
        lane.close(); // the application's clock did that
      else lane.open();
    } catch (error) {
      finish(SluiceError.from(error));
    }
  }

  return {
    next() {
      if (!lane && !over) start();
      return new Promise((resolve, reject) => {
        const waiter = { resolve, reject };
        const value = shift();
        if (value) resolve({ done: false, value });
        else if (over) settle(waiter);
        else waiters.push(waiter);
      });
    },
    return() {
      finish(undefined, true);
      return Promise.resolve(done);
    },
  };
}
