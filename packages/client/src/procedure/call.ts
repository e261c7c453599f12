import { type AnyMutation, type AnyQuery, SluiceError } from "@sluice/contract";
import { codecOf } from "@sluice/contract/internal";
import { parseObject, textNumber } from "@sluice/contract/wire";
import { isDevelopment } from "#development";
import { onAbort } from "../platform/abort.js";
import { type FetchResponse, letGo, readerOf } from "../platform/fetch.js";
import { aborted, closedError, failureOf, mismatch, networkError, protocolError } from "../wire/failure.js";
import { checkAnswer, isType } from "../wire/problem.js";
import { send } from "../wire/request.js";
import type { RequestSettings } from "../wire/settings.js";
import { encodeTarget, type Target } from "../wire/target.js";
import type { CallOptions } from "./procedure.js";

interface CallSettings extends RequestSettings {
  readonly closing: AbortSignal;
}

/**
 * Sends a query or mutation once; after a 401 once more, if the refresh hook has renewed the credentials. Rejects as
 * soon as it is aborted, even while the application keeps us waiting, as a refresh hook may.
 */
export async function call(
  settings: CallSettings,
  procedure: AnyQuery | AnyMutation,
  input: unknown,
  { signal: given }: CallOptions = {},
): Promise<unknown> {
  const { closing } = settings;
  // fetch gets a signal of the call's own: Node's fetch leaves a listener on it until the request is collected.
  const controller = new AbortController();
  const { signal } = controller;
  let stopListening = () => {};
  try {
    return await new Promise((resolve, reject) => {
      const abort = () => {
        controller.abort(given?.reason);
        reject(closing.aborted ? closedError() : aborted(given?.reason));
      };
      if (closing.aborted || given?.aborted) return abort();
      const stopClosing = onAbort(closing, abort);
      const stopGiven = onAbort(given, abort);
      stopListening = () => {
        stopClosing();
        stopGiven();
      };
      askAndRenew(settings, encodeTarget(procedure, input), signal).then(resolve, reject);
    });
  } finally {
    stopListening();
  }
}

async function askAndRenew(
  settings: RequestSettings,
  target: Target<AnyQuery | AnyMutation>,
  signal: AbortSignal,
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
  signal: AbortSignal,
): Promise<unknown> {
  const { procedure } = target;
  let response: FetchResponse | undefined;
  try {
    response = await send(settings, target, "application/json", {}, signal);
    if (isDevelopment && response.status === 200 && isType(response, "text/event-stream")) {
      const { path } = procedure;
      throw protocolError(`${path} is a subscription: write .iterate(input) or .subscribe(input, handlers).`);
    }
    await checkAnswer(response, "application/json", procedure, settings.clock);
    return await decodeOutput(procedure, await readOutput(response, procedure.path));
  } catch (error) {
    letGo(() => readerOf(response?.body));
    throw failureOf(error);
  }
}

async function readOutput(response: FetchResponse, path: string): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw networkError(isDevelopment ? "The answer was cut." : undefined, cause);
  }
  const answer = parseObject(text);
  if (answer) return answer["output"];
  const from = response.url || path;
  throw protocolError(isDevelopment ? `${from} answered with JSON that is no Sluice answer.` : textNumber(11, from));
}

async function decodeOutput(procedure: AnyQuery | AnyMutation, wire: unknown): Promise<unknown> {
  try {
    return await codecOf(procedure).decodeOutput(wire);
  } catch (cause) {
    throw mismatch("The output", procedure, cause);
  }
}
