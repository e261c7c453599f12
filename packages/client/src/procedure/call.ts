import { type AnyMutation, type AnyQuery, codecOf, SluiceError } from "@sluice/contract";
import { follow } from "../platform/abort.js";
import { type FetchResponse, letGo, readerOf } from "../platform/fetch.js";
import { failureOf, mismatch, networkError, protocolError } from "../wire/failure.js";
import { errorOfAnswer, isType, parseObject } from "../wire/problem.js";
import { aborted, send } from "../wire/request.js";
import type { RequestSettings } from "../wire/settings.js";
import { encodeTarget, type Target } from "../wire/target.js";
import type { CallOptions } from "./procedure.js";

/** Sends a query or mutation once; after a 401 once more, if the refresh hook has renewed the credentials. */
export async function call(
  settings: RequestSettings,
  procedure: AnyQuery | AnyMutation,
  input: unknown,
  { signal }: CallOptions = {},
): Promise<unknown> {
  if (!signal) return askAndRenew(settings, encodeTarget(procedure, input), undefined);
  if (signal.aborted) throw aborted(signal.reason);
  const own = follow(signal);
  try {
    return await untilAborted(askAndRenew(settings, encodeTarget(procedure, input), own.signal), own.signal);
  } finally {
    own.stopListening();
  }
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
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const mark = settings.refresher.mark();
  try {
    return await ask(settings, target, signal);
  } catch (error) {
    if (!SluiceError.is(error, "unauthorized")) throw error;
    const failure = await settings.refresher.refresh(error, mark);
    if (failure) throw failure;
    return await ask(settings, target, signal);
  }
}

async function ask(
  settings: RequestSettings,
  target: Target<AnyQuery | AnyMutation>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { procedure } = target;
  const response = await send(settings, target, { accept: "application/json" }, signal);
  try {
    if (response.status === 200 && isType(response, "text/event-stream")) {
      const { path } = procedure;
      throw protocolError(`${path} is a subscription: write .iterate(input) or .subscribe(input, handlers).`);
    }
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
