import type { FoldStep } from "./fold-step.js";
import type { AnyProcedure } from "./procedure.js";

/**
 * What a client asks of a procedure's schemas. A contract's procedures carry theirs along, so that a client which was
 * never given a contract holds no code that runs schemas.
 */
export interface ProcedureCodec {
  /**
   * A caller's input in wire form; `undefined` if the procedure takes none.
   *
   * @throws ValidationError for what a codec cannot encode.
   */
  encodeInput(input: unknown): unknown;
  /** Rejects with a ValidationError for what doesn't fit. */
  decodeOutput(wire: unknown): Promise<unknown>;
  /**
   * Reads the data of one event type, and throws a ValidationError for what doesn't fit; `undefined` for an unknown
   * type.
   */
  eventDecoder(type: string): ((wire: unknown) => unknown) | undefined;
  /** @throws ValidationError for what doesn't fit. */
  decodeState(wire: unknown): unknown;
  /** What folds events into the state, for one fold of the subscription at `path`. */
  createFoldStep(path: string): FoldStep;
  /** @throws ValidationError for what doesn't fit. */
  decodeErrorData(code: string, wire: unknown): unknown;
}

// One for all copies of the package, so that a contract made by one works with the client of another.
const carried: unique symbol = Symbol.for("sluice.contract.codec");

interface Carrier {
  readonly [carried]?: ProcedureCodec;
}

/** Makes a procedure carry its codec, where no copy, comparison or print of it shows. */
export const carryCodec = <P extends AnyProcedure>(procedure: P, codec: ProcedureCodec): P =>
  Object.defineProperty(procedure, carried, { value: codec });

/**
 * The codec that a procedure carries.
 *
 * @throws TypeError for a procedure that `defineContract` hasn't stamped.
 */
export function codecOf(procedure: AnyProcedure): ProcedureCodec {
  const codec = (procedure as Carrier)[carried];
  if (!codec) throw new TypeError(`This ${procedure.kind} is of no contract: pass what defineContract gave.`);
  return codec;
}
