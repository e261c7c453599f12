import { type AnySubscription, ValidationError } from "@sluice/contract";
import { topicKeyOf, topicNamed } from "@sluice/contract/internal";
import { asBadRequest, decodeCallerInput } from "../procedure/input.js";
import { unwritablePart } from "./unwritable.js";

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

  /** @throws SluiceError `badRequest` if the input is invalid or JSON cannot represent it, or what the schema's own code throws. */
  get name(): string {
    this.#name ??= this.#encode();
    return this.#name;
  }

  /** The input as the procedure's own code gets it, for one call of that code. */
  parse(): unknown {
    return decodeCallerInput(this.procedure, this.#input);
  }

  #encode(): string {
    const { procedure } = this;
    const input = this.parse();
    if (!procedure.input) return procedure.path;
    const key = topicKeyOf(procedure, input);
    const issue = unwritablePart(key);
    if (issue) throw asBadRequest(new ValidationError([issue]), () => {});
    return topicNamed(procedure.path, key);
  }
}
