import { type AnyMutation, type AnySubscription, carryCodec, type ProcedureCodec } from "@sluice/contract";

const asItIs = (wire: unknown) => wire;

/** Of what came as JSON, all is plain, new, and no part of itself. */
const freeze = <T>(value: T): T => {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "object" && next) for (const child of Object.values(Object.freeze(next))) waiting.push(child);
  }
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
