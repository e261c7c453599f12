import {
  type AnyMutation,
  type AnySubscription,
  carryCodec,
  freezeShared,
  type ProcedureCodec,
} from "@sluice/contract";

const asItIs = (wire: unknown) => wire;

const freeze = <T>(value: T): T => {
  freezeShared(value);
  return value;
};

/** Everything stays as it travels. */
const wireCodec: ProcedureCodec = {
  encodeInput: asItIs,
  decodeOutput: (wire) => Promise.resolve(wire),
  eventDecoder: () => asItIs,
  decodeState: asItIs,
  createFoldStep: () => ({ hasUnfrozen: false, adopt: freeze, run: (_type, _apply, state) => state }),
  decodeErrorData: (_, wire) => wire,
};

/** The subscription at a path, of which nothing else is known. POST, which every subscription takes. PROTOCOL §2.1. */
export const wireSubscription = (path: string): AnySubscription =>
  carryCodec<AnySubscription>(
    {
      kind: "subscription",
      path,
      input: undefined,
      events: {},
      state: undefined,
      idempotent: false,
      errors: {},
      method: "POST",
      key: undefined,
      start: "head",
      onGap: "fail",
    },
    wireCodec,
  );

/** The query or mutation at a path: POST serves both. PROTOCOL §2.2. */
export const wireMutation = (path: string): AnyMutation =>
  carryCodec<AnyMutation>({ kind: "mutation", path, input: undefined, output: undefined, errors: {} }, wireCodec);
