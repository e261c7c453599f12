import type { AnyMutation, AnyProcedure, AnySubscription } from "@sluice/contract";
import { carryCodec, type FoldStep, type ProcedureCodec } from "@sluice/contract/internal";

const asItIs = (wire: unknown) => wire;

/** Simpler than the contract's: parsed JSON is plain, new and without cycles. */
const freeze = <T>(value: T): T => {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "object" && next) for (const child of Object.values(Object.freeze(next))) waiting.push(child);
  }
  return value;
};

/** Leaves everything in wire form. Without what only declared errors and states need: there are none here. */
const wireCodec = {
  encodeInput: asItIs,
  decodeOutput: asItIs as ProcedureCodec["decodeOutput"],
  eventDecoder: () => asItIs,
  decodeState: asItIs,
  createFoldStep: () => ({ adopt: freeze }) as FoldStep,
} satisfies Partial<ProcedureCodec> as unknown as ProcedureCodec;

const wireProcedure = <P extends AnyProcedure>(kind: P["kind"], path: string): P =>
  carryCodec({ kind, path, errors: {} } as unknown as P, wireCodec);

/** The subscription at a path. It is opened by POST, which every subscription accepts. PROTOCOL §2.1. */
export const wireSubscription = (path: string) => wireProcedure<AnySubscription>("subscription", path);

/** The query or mutation at a path: POST serves both. PROTOCOL §2.2. */
export const wireMutation = (path: string) => wireProcedure<AnyMutation>("mutation", path);
