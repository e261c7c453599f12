import type { AnyMutation, AnySubscription } from "@sluice/contract";
import { type Follower, follow } from "../platform/abort.js";
import type { FetchResponse } from "../platform/fetch.js";
import type { AnyEvent } from "../subscription/fold.js";
import type { IterateOptions } from "../subscription/handlers.js";
import { iterate } from "../subscription/iterate.js";
import { createDirectTransport } from "../transport/direct.js";
import type { Transport } from "../transport/transport.js";
import { isType } from "../wire/problem.js";
import { callOnce } from "./call.js";
import type { ClientSettings } from "./settings.js";

/** One path, seen as either of what may stand there. */
export interface WireTarget {
  readonly subscription: AnySubscription;
  readonly mutation: AnyMutation;
}

/**
 * A call of which nobody knows whether it is a query, a mutation or a subscription. If its events are asked for within
 * the running task, as `for await` does, it is a subscription. Else it is sent with the end of the task, awaited or
 * not, and the answer tells: a stream is kept, unread, for the loop that comes later. So nothing is sent twice, and
 * nothing stays unsent.
 */
export function wireCall(
  settings: ClientSettings,
  { subscription, mutation }: WireTarget,
  input: unknown,
  options: IterateOptions = {},
): Promise<unknown> & AsyncIterable<AnyEvent> {
  let isIterated = false;
  let sent: Sent | undefined;
  const take = () => {
    const taken = sent;
    sent = undefined;
    return taken;
  };
  const events = {
    [Symbol.asyncIterator]() {
      isIterated = true;
      result.catch(() => {}); // the loop tells
      return iterate({ ...settings, transport: adopting(settings, take) }, subscription, input, options)[
        Symbol.asyncIterator
      ]();
    },
  };

  async function send(): Promise<unknown> {
    const own = follow(options.signal);
    let isStream = false;
    let called: Promise<unknown> | undefined;
    const answer = new Promise<FetchResponse>((answered, failed) => {
      called = callOnce(settings, mutation, input, {
        signal: own.signal,
        cursor: options.cursor,
        adopt(response) {
          answered(response);
          isStream = isType(response, "text/event-stream");
          return isStream ? { output: events } : undefined;
        },
      });
      called.catch(failed);
    });
    answer.catch(() => {}); // a loop that takes it over is told
    sent = { ...own, answer };
    try {
      return await called;
    } finally {
      if (!isStream) own.stopListening();
    }
  }

  const result = Promise.resolve().then(() => (isIterated ? events : send()));
  return Object.assign(result, events);
}

/** A request that was sent before anybody asked for its events. */
interface Sent extends Follower {
  /** The answer if it is a good one, of whatever type; else it rejects with what the call failed with. */
  readonly answer: Promise<FetchResponse>;
}

/** A loop's first request is the one that was sent already, if there is one. */
const adopting = (settings: ClientSettings, take: () => Sent | undefined): Transport =>
  createDirectTransport({
    ...settings,
    async fetch(address, init) {
      const sent = take();
      if (!sent) return settings.fetch(address, init);
      sent.stopListening(); // the loop listens by itself
      init.signal?.addEventListener("abort", sent.abort);
      return sent.answer;
    },
  });
