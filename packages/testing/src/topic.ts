import type { AnySubscription } from "@sluice/contract";
import { coderOf, encodeInput, messageOf, topicOf } from "@sluice/contract/internal";

/** The topic of a subscription that was asked for; `undefined` if the server will refuse the input. */
export function topicOfWire(procedure: AnySubscription, wire: unknown): string | undefined {
  try {
    return topicOf(procedure, procedure.input && coderOf(procedure.input).decode(wire));
  } catch {
    return undefined;
  }
}

/**
 * The topic that a test means.
 *
 * @throws TypeError for an input that doesn't fit.
 */
export function topicOfInput(procedure: AnySubscription, input: unknown, caller: string): string {
  try {
    return topicOf(procedure, procedure.input && coderOf(procedure.input).decode(encodeInput(procedure.input, input)));
  } catch (cause) {
    throw new TypeError(`${caller}: the input of "${procedure.path}" is invalid: ${messageOf(cause)}`, { cause });
  }
}
