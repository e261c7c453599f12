import { type AnySubscription, topicOf } from "@sluice/contract";
import { decodeCallerInput } from "../procedure/input.js";

/** The topic that a caller's input names. The input is encoded once. */
export class TopicName {
  readonly procedure: AnySubscription;
  readonly #input: unknown;
  #name: string | undefined;

  constructor(procedure: AnySubscription, input: unknown) {
    this.procedure = procedure;
    this.#input = input;
    try {
      this.#name = this.#encode(); // at once: the caller may change the input later
    } catch {
      // Thrown by the first use.
    }
  }

  /** @throws SluiceError `badRequest` if the input is invalid, or what the schema's own code throws. */
  get name(): string {
    this.#name ??= this.#encode();
    return this.#name;
  }

  /** The input as the procedure's own code gets it, for one call of that code. */
  parse(): unknown {
    return decodeCallerInput(this.procedure, this.#input);
  }

  #encode(): string {
    return topicOf(this.procedure, this.parse());
  }
}
