import { type AnySubscription, SluiceError } from "@sluice/contract";
import { onAbort } from "../platform/abort.js";
import { guarded } from "../platform/report.js";
import type { Lane } from "../transport/transport.js";
import { aborted } from "../wire/failure.js";
import { encodeTarget } from "../wire/target.js";
import { type AnyEvent, createFold } from "./fold.js";
import type { IterateOptions, Reset } from "./handlers.js";
import { createResumeTracker } from "./resume-tracker.js";
import type { SubscriptionSettings } from "./settings.js";

/**
 * Most events that wait for the reader; above it the body is left unread until half of them are left, and buffered by `fetch` or
 * the network.
 */
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

function createIterator(
  settings: IterateSettings,
  procedure: AnySubscription,
  input: unknown,
  { signal, cursor, onReset }: IterateOptions,
): AsyncIterator<AnyEvent, undefined> {
  // A reset is queued among the events, so that `onReset` is called between the right two.
  let queue: (AnyEvent | Reset)[] = [];
  let lane: Lane | undefined;
  let over: { readonly error: SluiceError | undefined } | undefined;
  let stopListening = () => {};
  /** Resolves what the reader waits for. */
  let wake = () => {};
  /** What the stream waits for. */
  let gate: Promise<void> | undefined;
  let openGate = () => {};

  const abort = () => finish(aborted(signal?.reason), true);

  /** Events that are queued are still delivered, unless the reader has left. */
  function finish(error: SluiceError | undefined, hasLeft = false): void {
    if (hasLeft) queue = [];
    if (over) return;
    over = { error };
    stopListening();
    lane?.close();
    openGate();
    wake();
  }

  function push(item: AnyEvent | Reset): void {
    queue.push(item);
    wake();
  }

  function start() {
    if (signal?.aborted) return abort();
    stopListening = onAbort(signal, abort);
    try {
      const target = encodeTarget(procedure, input);
      const resume = createResumeTracker(cursor);
      const { opened, apply } = createFold({
        procedure,
        tracker: resume,
        keepState: false,
        settings,
        sink: {
          event: push,
          tell(name, told) {
            if (name !== "onReset") return; // there is no state
            if (!onReset) throw new SluiceError("gap", { data: told });
            push(told as Reset);
          },
        },
      });
      const ready = () => {
        if (queue.length > highWater) {
          gate ??= new Promise((resolve) => {
            openGate = resolve;
          });
        }
        return gate;
      };
      lane = settings.transport.lane({ target, resume }, { opened, frame: apply, changed() {}, over: finish, ready });
      if (over)
        lane.close(); // the application's clock did that
      else lane.open();
    } catch (error) {
      finish(SluiceError.from(error));
    }
  }

  async function* read(): AsyncGenerator<AnyEvent, undefined> {
    if (!over) start();
    while (!over || queue.length > 0) {
      const next = queue.shift();
      if (queue.length <= highWater / 2) {
        openGate();
        gate = undefined;
      }
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if ("reason" in next) guarded(onReset, next);
      else yield next;
    }
    if (over.error) throw over.error;
  }

  const reading = read();
  return {
    next: () => reading.next(),
    return() {
      finish(undefined, true);
      return reading.return(undefined);
    },
  };
}
