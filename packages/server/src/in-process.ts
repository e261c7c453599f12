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
import { reservedFrom } from "./http/reserved.js";
import { type OpenParts, openSubscription } from "./open-subscription.js";
import type { Implementation } from "./procedure/implementation.js";
import { parseCallerInput } from "./procedure/input.js";
import { expiryOf } from "./procedure/revocable-context.js";
import { EventStream, type EventStreamSettings } from "./stream/event-stream.js";
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
 * What it takes to subscribe in this process. Such a subscriber may be as slow and as far behind as it likes, and is not a client
 * to be drained or counted: that is in the settings of its streams, and in its limits.
 */
export interface LocalParts extends OpenParts {
  readonly streams: EventStreamSettings;
}

/**
 * A subscription read in this process, by the same path that a connection takes. Each loop over it opens its own.
 *
 * @throws TypeError for an option that isn't there.
 */
export function subscribeLocally(
  parts: LocalParts,
  implementation: Implementation,
  input: unknown,
  options: SubscribeOptions<unknown, never>,
): AsyncIterable<unknown> {
  checkNames("subscribe", options, optionNames);
  checkFunctions("subscribe", { onSnapshot: options.onSnapshot });
  return {
    [Symbol.asyncIterator]() {
      const lifetime = new Lifetime();
      const events = read(parts, implementation, { input, options, lifetime, queue: new FrameQueue() });
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
  parts: LocalParts,
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
    await Promise.race([openLocally(parts, implementation, subscriber), left]);
    for (let frame = await queue.next(); frame && !options.signal?.aborted; frame = await queue.next()) {
      switch (frame.kind) {
        case "event": {
          const { type, data, id = "" } = frame;
          const decoded = decodeEvent(procedure, type, data);
          if (decoded) yield { type, ...decoded, id };
          else if (procedure.state) throw skewed(procedure.path, `an event "${type}" (${id}) doesn't fit`);
          else parts.report(passedOver(procedure, type, id), procedure.path, options.context);
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

/** Authorises the subscriber and lets the frames come into its queue; none do if it has left by then. */
async function openLocally(
  parts: LocalParts,
  implementation: Implementation,
  { input, options, lifetime, queue }: LocalSubscriber,
): Promise<void> {
  const { admission, streams, wheel } = parts;
  const opening = admission.begin();
  try {
    const source = await openSubscription(parts, implementation, {
      context: (options.context ?? {}) as object,
      input: await parseCallerInput(implementation.procedure, input),
      lifetime,
      lastEventId: options.cursor,
      client: undefined,
      opening,
    });
    if (lifetime.over) return;
    opening.assertAllowed(source.topic, source.context, wheel.time);
    const stream = new EventStream(queue, lifetime, streams, source.resumable);
    admission.locals.add(stream);
    new PlainLane(stream, source, expiryOf(source.context)).start();
  } finally {
    admission.openings.delete(opening);
  }
}

/** The error as code sees it: with a declared one's data and status. */
function decodeError({ code, message, data }: ErrorFrame, definitions: ErrorDefinitions): SluiceError {
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  const decoded = definition?.data ? coderOf(definition.data).decode(data) : data;
  return new SluiceError(code, { message, data: decoded, status: definition?.status });
}
