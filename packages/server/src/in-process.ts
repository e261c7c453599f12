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
import { contractSkew } from "./topic/contract-skew.js";

export interface SubscribeOptions<Context, State> {
  /** The value that the adapter's `context` function would return. */
  readonly context?: Context;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Where to start: the `id` of the last event that was applied. Default: as the contract's `start` says. */
  readonly cursor?: string;
  /**
   * Called with the state that the stream starts with, also after each gap. Without it, or without state, a gap ends
   * the iteration: it throws `gap`, even if the contract says `onGap: "skip"`.
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
 * The parts for a subscriber in this process. It may be slow and far behind, and does not count as a client that is
 * limited or drained: its settings and limits say so.
 */
export interface LocalParts extends OpenParts {
  readonly streams: EventStreamSettings;
}

/**
 * Subscribes in this process, the same way as a connection does. Each loop opens its own stream.
 *
 * @throws TypeError if an option is unknown.
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
        // The generator's own `return()` would wait for the next event, which may never come.
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
    const lifetimeEnd = new Promise<void>((resolve) => lifetime.watch({ onEnd: resolve }));
    await Promise.race([openLocally(parts, implementation, subscriber), lifetimeEnd]);
    for (let frame = await queue.next(); frame && !options.signal?.aborted; frame = await queue.next()) {
      switch (frame.kind) {
        case "event": {
          const { type, data, id = "" } = frame;
          const decoded = decodeEvent(procedure, type, data);
          if (decoded) yield { type, ...decoded, id };
          else if (procedure.state) throw contractSkew(procedure.path, `an event "${type}" (${id}) doesn't fit`);
          else parts.report(skippedEvent(procedure, type, id), procedure.path, options.context);
          break;
        }
        case "reset": {
          // After a reset, a snapshot restores the state. Without it, the events would be lost silently.
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
          break; // about the connection, which does not exist here, or about the cursor, which events carry too
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

const skippedEvent = ({ path }: AnySubscription, type: string, id: string) =>
  new SluiceError("contractMismatch", {
    message: `subscribe() skipped an event "${type}" of "${path}" (${id}), which does not fit the contract`,
  });

/** Authorises the subscriber and connects its queue, unless it has left meanwhile. */
async function openLocally(
  parts: LocalParts,
  implementation: Implementation,
  { input, options, lifetime, queue }: LocalSubscriber,
): Promise<void> {
  const { admission, control, streams, wheel } = parts;
  const opening = admission.begin();
  try {
    const unread = control.assertReadable();
    if (unread) await unread;
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

/** The error in the code's types, with the data and status of a declared error. */
function decodeError({ code, message, data }: ErrorFrame, definitions: ErrorDefinitions): SluiceError {
  const definition = Object.hasOwn(definitions, code) ? definitions[code] : undefined;
  const decoded = definition?.data ? coderOf(definition.data).decode(data) : data;
  return new SluiceError(code, { message, data: decoded, status: definition?.status });
}
