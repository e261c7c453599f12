import type { ProcedureCodec } from "./codec.js";
import { encodeInput } from "./encode-input.js";
import { createFoldStep } from "./fold-step.js";
import type { AnyProcedure, ErrorDefinition } from "./procedure.js";
import { coderOf, type Schema } from "./schema.js";

/**
 * The codec that runs a procedure's own schemas. Without a schema, inputs and outputs are `undefined`; state and error
 * data pass unchanged.
 */
export function schemaCodec(procedure: AnyProcedure): ProcedureCodec {
  const decode = (schema: Schema | undefined, wire: unknown) => (schema ? coderOf(schema).decode(wire) : wire);
  const { input, errors } = procedure;
  const isSubscription = procedure.kind === "subscription";
  const output: Schema | undefined = isSubscription ? undefined : procedure.output;
  const state: Schema | undefined = isSubscription ? procedure.state?.schema : undefined;
  const events = new Map(Object.entries<Schema>(isSubscription ? procedure.events : {}));
  return {
    encodeInput: (given) => (input ? encodeInput(input, given) : undefined),
    decodeOutput: async (wire) => (output ? coderOf(output).decodeAsync(wire) : undefined),
    eventDecoder(type) {
      const schema = events.get(type);
      return schema && coderOf(schema).decode;
    },
    decodeState: (wire) => decode(state, wire),
    createFoldStep: (path) => createFoldStep({ path, encodeState: state ? coderOf(state).encode : String }),
    decodeErrorData(code, wire) {
      const declared: ErrorDefinition | undefined = Object.hasOwn(errors, code) ? errors[code] : undefined;
      return decode(declared?.data, wire);
    },
    coderOf,
  };
}
