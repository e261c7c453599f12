import {
  type AnyMutation,
  type AnyProcedure,
  type AnySubscription,
  carryCodec,
  type FoldStep,
  type ProcedureCodec,
} from "@sluice/contract";

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

/** Everything stays as it travels. What is asked for a declared error or a fold is left out: none is known. */
const wireCodec = {
  encodeInput: asItIs,
  decodeOutput: asItIs as ProcedureCodec["decodeOutput"],
  eventDecoder: () => asItIs,
  decodeState: asItIs,
  createFoldStep: () => ({ adopt: freeze }) as FoldStep,
} satisfies Partial<ProcedureCodec> as unknown as ProcedureCodec;

const wireProcedure = <P extends AnyProcedure>(kind: P["kind"], path: string): P =>
  carryCodec({ kind, path, errors: {} } as unknown as P, wireCodec);

/** The subscription at a path, of which nothing else is known: it is asked for by POST, which every one takes. PROTOCOL §2.1. */
export const wireSubscription = (path: string) => wireProcedure<AnySubscription>("subscription", path);

/** The query or mutation at a path: POST serves both. PROTOCOL §2.2. */
export const wireMutation = (path: string) => wireProcedure<AnyMutation>("mutation", path);
