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

/** The procedure at a path, taken for either kind. */
export interface WireTarget {
  readonly subscription: AnySubscription;
  readonly mutation: AnyMutation;
}

/**
 * A call of a procedure whose kind is unknown. If the caller asks for events within the running task, as `for await`
 * does, it is a subscription. Else it is sent at the end of the task, awaited or not, and the response tells the kind:
 * an event stream is kept, unread, for a later loop. So nothing is sent twice, and nothing stays unsent.
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
      result.catch(() => {}); // the loop throws it
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
    answer.catch(() => {}); // a loop that takes it over throws it
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

/** A request that was sent before a loop asked for its events. */
interface Sent extends Follower {
  /** The response, if its status is 200; rejects with the error of the call. */
  readonly answer: Promise<FetchResponse>;
}

/** Takes the request that was sent already, if any, for a loop's first. */
const adopting = (settings: ClientSettings, take: () => Sent | undefined): Transport =>
  createDirectTransport({
    ...settings,
    async fetch(address, init) {
      const sent = take();
      if (!sent) return settings.fetch(address, init);
      sent.stopListening(); // the loop has a listener of its own
      init.signal?.addEventListener("abort", sent.abort);
      return sent.answer;
    },
  });
