import {
  type AnySubscription,
  checkFunctions,
  checkNames,
  coderOf,
  type ErrorDefinitions,
  type NamesOf,
  SluiceError,
} from "@sluice/contract";
import { type ErrorFrame, reservedId } from "@sluice/contract/wire";
import { Opening } from "./admission/opening.js";
import { reservedFrom } from "./http/reserved.js";
import { openSubscription } from "./open-subscription.js";
import type { Implementation } from "./procedure/implementation.js";
import { parseCallerInput } from "./procedure/input.js";
import { expiryOf } from "./procedure/revocable-context.js";
import type { Runtime } from "./runtime.js";
import { EventStream } from "./stream/event-stream.js";
import { FrameQueue } from "./stream/frame-queue.js";
import { PlainLane } from "./stream/plain-lane.js";
import { Lifetime } from "./time/lifetime.js";
import { decodeEvent } from "./topic/batch.js";
import { skewed } from "./topic/contract-skew.js";

export interface SubscribeOptions<Context, State> {
  /** What the adapter's `context` function would give. */
  readonly context?: Context;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Where to start: the `id` of the last event that was applied. Default: where the contract says. */
  readonly cursor?: string;
  /**
   * Told the state that the stream starts with, and starts with again after a gap. Without it, and where there is no state, a gap
   * ends the iteration: it throws `gap`, also where the contract says `onGap: "skip"`.
   */
  readonly onSnapshot?: (state: State) => void;
}

const optionNames: NamesOf<SubscribeOptions<unknown, unknown>> = {
  context: true,
  signal: true,
  cursor: true,
  onSnapshot: true,
};

/**
 * A subscription read in this process, by the same path that a connection takes. Each loop over it opens its own.
 *
 * @throws TypeError for an option that isn't there.
 */
export function subscribeLocally(
  runtime: Runtime,
  implementation: Implementation,
  input: unknown,
  options: SubscribeOptions<unknown, never>,
): AsyncIterable<unknown> {
  checkNames("subscribe", options, optionNames);
  checkFunctions("subscribe", { onSnapshot: options.onSnapshot });
  return {
    [Symbol.asyncIterator]() {
      const lifetime = new Lifetime();
      const events = read(runtime, implementation, { input, options, lifetime, queue: new FrameQueue() });
      return {
        next: () => events.next(),
        // A generator would hear of it after the event that is waited for, if one ever comes.
        return() {
          lifetime.end();
          return events.return();
        },
      };
    },
  };
}

interface LocalSubscriber {
  readonly input: unknown;
  readonly options: SubscribeOptions<unknown, never>;
  readonly lifetime: Lifetime;
  readonly queue: FrameQueue;
}

async function* read(
  runtime: Runtime,
  implementation: Implementation,
  subscriber: LocalSubscriber,
): AsyncGenerator<unknown, void> {
  const { options, lifetime, queue } = subscriber;
  const procedure = implementation.procedure as AnySubscription;
  const forward = () => lifetime.end();
  if (options.signal?.aborted) return;
  options.signal?.addEventListener("abort", forward, { once: true });
  try {
    const reserved = reservedFrom(options.cursor);
    if (reserved === reservedId.end) return;
    if (reserved) throw new SluiceError("interrupted");
    lifetime.watch(queue);
    const left = new Promise<void>((resolve) => lifetime.watch({ onEnd: resolve }));
    await Promise.race([openLocally(runtime, implementation, subscriber), left]);
    for (let frame = await queue.next(); frame && !options.signal?.aborted; frame = await queue.next()) {
      switch (frame.kind) {
        case "event": {
          const { type, data, id = "" } = frame;
          const decoded = decodeEvent(procedure, type, data);
          if (decoded) yield { type, ...decoded, id };
          else if (procedure.state) throw skewed(procedure.path, `an event "${type}" (${id}) doesn't fit`);
          else runtime.report(passedOver(procedure, type, id), procedure.path, options.context);
          break;
        }
        case "reset": {
          // A fresh snapshot says what became of the state; of lost events that nobody is told of, nothing does.
          const { reason, oldest, head } = frame;
          if (!procedure.state || !options.onSnapshot) throw new SluiceError("gap", { data: { reason, oldest, head } });
          break;
        }
        case "snapshot": {
          const state = procedure.state && coderOf(procedure.state.schema as never).decode(JSON.parse(frame.data));
          options.onSnapshot?.(state as never);
          break;
        }
        case "error":
          throw decodeError(frame, procedure.errors);
        case "open":
        case "live":
        case "at":
        case "end":
        case "drain":
        case "comment":
        case "retry":
        case "unknown":
          break; // of the connection, of which there is none, or of the position, which events say
        default:
          frame satisfies never;
      }
    }
  } finally {
    options.signal?.removeEventListener("abort", forward);
    lifetime.end();
    queue.discard();
  }
}

const passedOver = ({ path }: AnySubscription, type: string, id: string) =>
  new SluiceError("contractMismatch", {
    message: `subscribe() passed over an event "${type}" of "${path}" (${id}), which does not fit the contract`,
  });

/** Whoever reads in this process may take all the time in the world, and is not a client to be drained or counted. */
const settingsFor = (runtime: Runtime): Runtime => ({
  ...runtime,
  stallTimeout: Number.MAX_SAFE_INTEGER,
  connections: runtime.locals,
  limits: { ...runtime.limits, catchUpEvents: Number.POSITIVE_INFINITY, connectionLife: Number.POSITIVE_INFINITY },
});

/** Authorises the subscriber and lets the frames come into its queue; none do if it has left by then. */
async function openLocally(
  runtime: Runtime,
  implementation: Implementation,
  { input, options, lifetime, queue }: LocalSubscriber,
): Promise<void> {
  const opening = new Opening();
  runtime.openings.add(opening);
  const settings = settingsFor(runtime);
  try {
    const source = await openSubscription(settings, implementation, {
      context: (options.context ?? {}) as object,
      input: await parseCallerInput(implementation.procedure, input),
      lifetime,
      lastEventId: options.cursor,
      client: undefined,
      opening,
    });
    if (lifetime.over) return;
    opening.assertAllowed(source.topic, source.context, runtime.wheel.time);
    const stream = new EventStream(queue, lifetime, settings, source.resumable);
    runtime.locals.add(stream);
    new PlainLane(stream, source, expiryOf(source.context)).start();
  } finally {
    runtime.openings.delete(opening);
  }
}

/** The error as code sees it: with a declared one's data and status. */
function decodeError({ code, message, data }: ErrorFrame, definitions: ErrorDefinitions): SluiceError {
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  const decoded = definition?.data ? coderOf(definition.data).decode(data) : data;
  return new SluiceError(code, { message, data: decoded, status: definition?.status });
}
