import { isDevelopment } from "#development";
import type { Coder } from "./coder.js";
import type { FoldStep } from "./fold-step.js";
import type { AnyProcedure } from "./procedure.js";
import type { Schema } from "./schema.js";

/**
 * What a client needs from a procedure's schemas. Each procedure of a contract carries its own codec, so a client
 * that is created without a contract bundles no schema code.
 */
export interface ProcedureCodec {
  /**
   * The caller's input in wire form; `undefined` if the procedure takes no input.
   *
   * @throws ValidationError if a codec cannot encode the value.
   */
  encodeInput(input: unknown): unknown;
  /** Rejects with a ValidationError if the output doesn't fit its schema. */
  decodeOutput(wire: unknown): Promise<unknown>;
  /**
   * Returns the decoder for one event type, or `undefined` for an unknown type. The decoder throws a ValidationError
   * if the data doesn't fit.
   */
  eventDecoder(type: string): ((wire: unknown) => unknown) | undefined;
  /** @throws ValidationError if the state doesn't fit its schema. */
  decodeState(wire: unknown): unknown;
  /** Creates the step that folds events into state, for one fold of the subscription at `path`. */
  createFoldStep(path: string): FoldStep;
  /** @throws ValidationError if the data doesn't fit its schema. */
  decodeErrorData(code: string, wire: unknown): unknown;
  /** The coder of one of the procedure's schemas, for what travels beside the wire, such as in a rendered page. */
  coderOf(schema: Schema): Coder;
}

// `Symbol.for` is shared by all copies of the package, so a contract from one copy works with a client from another.
const carried: unique symbol = Symbol.for("sluice.contract.codec");

interface Carrier {
  readonly [carried]?: ProcedureCodec;
}

/**
 * Attaches a codec to a procedure. The property is not enumerable: copying, comparing or printing the procedure
 * ignores it.
 */
export const carryCodec = <P extends AnyProcedure>(procedure: P, codec: ProcedureCodec): P =>
  Object.defineProperty(procedure, carried, { value: codec });

/**
 * The codec of a procedure.
 *
 * @throws TypeError if the procedure was not returned by `defineContract`.
 */
export function codecOf(procedure: AnyProcedure): ProcedureCodec {
  const codec = (procedure as Carrier)[carried];
  if (isDevelopment && !codec)
    throw new TypeError(
      `This ${procedure.kind} is not part of a contract: pass a procedure of the object that defineContract returned.`,
    );
  return codec as ProcedureCodec;
}
