import { type AnyMutation, type AnyQuery, codecOf, SluiceError } from "@sluice/contract";
import { follow } from "../platform/abort.js";
import { type FetchResponse, letGo, readerOf } from "../platform/fetch.js";
import { failureOf, mismatch, networkError, protocolError } from "../wire/failure.js";
import { errorOfAnswer, isType, parseObject } from "../wire/problem.js";
import { aborted, send } from "../wire/request.js";
import type { RequestSettings } from "../wire/settings.js";
import { encodeTarget, type Target } from "../wire/target.js";
import type { CallOptions } from "./procedure.js";

export interface AskOptions {
  /** Passed to fetch as it is. */
  readonly signal?: AbortSignal | undefined;
  /** Cursor to resume from, should it be a subscription. */
  readonly cursor?: string | undefined;
  /** Called with a 200 response of any type; what it returns replaces the output. */
  readonly adopt?: (response: FetchResponse) => { readonly output: unknown } | undefined;
}

/** A call of the application's, with its signal. */
export async function call(
  settings: RequestSettings,
  procedure: AnyQuery | AnyMutation,
  input: unknown,
  { signal }: CallOptions = {},
): Promise<unknown> {
  if (!signal) return callOnce(settings, procedure, input);
  const own = follow(signal);
  try {
    return await callOnce(settings, procedure, input, own);
  } finally {
    own.stopListening();
  }
}

/** Sends a query or mutation once; after a 401 once more, if the refresh hook has renewed the credentials. */
export async function callOnce(
  settings: RequestSettings,
  procedure: AnyQuery | AnyMutation,
  input: unknown,
  options: AskOptions = {},
): Promise<unknown> {
  const { signal } = options;
  if (signal?.aborted) throw aborted(signal.reason);
  const answer = askAndRenew(settings, encodeTarget(procedure, input), options);
  return signal ? untilAborted(answer, signal) : answer;
}

/** Rejects as soon as the signal aborts, even while the application keeps us waiting, as a refresh hook may. */
function untilAborted(answer: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(aborted(signal.reason));
    signal.addEventListener("abort", onAbort);
    void answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

async function askAndRenew(
  settings: RequestSettings,
  target: Target<AnyQuery | AnyMutation>,
  options: AskOptions,
): Promise<unknown> {
  const mark = settings.refresher.mark();
  try {
    return await ask(settings, target, options);
  } catch (error) {
    if (!SluiceError.is(error, "unauthorized")) throw error;
    const failure = await settings.refresher.refresh(error, mark);
    if (failure) throw failure;
    return await ask(settings, target, options);
  }
}

async function ask(
  settings: RequestSettings,
  target: Target<AnyQuery | AnyMutation>,
  { cursor, adopt, signal }: AskOptions,
): Promise<unknown> {
  const { procedure } = target;
  const accept = `application/json${adopt ? ", text/event-stream" : ""}`;
  const response = await send(settings, target, { accept, cursor }, signal);
  const adopted = response.status === 200 ? adopt?.(response) : undefined;
  if (adopted) return adopted.output;
  try {
    if (response.status !== 200 || !isType(response, "application/json")) {
      throw await errorOfAnswer(response, procedure, settings.clock);
    }
    return await decodeOutput(procedure, await readOutput(response, procedure.path));
  } catch (error) {
    letGo(() => readerOf(response.body));
    throw failureOf(error);
  }
}

async function readOutput(response: FetchResponse, path: string): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw networkError("The answer was cut.", cause);
  }
  const answer = parseObject(text);
  if (answer) return answer["output"];
  throw protocolError(`${response.url || path} answered with JSON that is no Sluice answer.`);
}

async function decodeOutput(procedure: AnyQuery | AnyMutation, wire: unknown): Promise<unknown> {
  try {
    return await codecOf(procedure).decodeOutput(wire);
  } catch (cause) {
    throw mismatch("The output", procedure, cause);
  }
}
