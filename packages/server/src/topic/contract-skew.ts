import { type AnySubscription, SluiceError } from "@sluice/contract";
import { stateVersionOf } from "@sluice/contract/internal";
import type { ReadGap, ReadPage } from "@sluice/log";
import { versionIn } from "./record.js";

/** The reason why a server's contract does not match a topic. Each error object is reported to `onError` once. */
class ContractSkewError extends Error {
  override readonly name = "ContractSkewError";
}

type Skew = SluiceError<"unavailable", undefined>;

/**
 * The error of a server whose contract does not match a topic. The client retries, and may reach a server that does.
 * PROTOCOL §12.
 */
export function contractSkew(path: string, why: string, cause?: unknown): Skew {
  return new SluiceError("unavailable", {
    message: `This server's contract does not match the one that "${path}" was published with`,
    cause: new ContractSkewError(`The state of "${path}" can't be folded here: ${why}.`, { cause }),
  });
}

/** The last error of each procedure: it says the same of all its topics, and is reported once. */
const newer = new WeakMap<AnySubscription, { readonly version: number; readonly error: Skew }>();

/** The error for a topic whose version is above the contract's. */
export function newerVersion(procedure: AnySubscription, version: number): Skew {
  const last = newer.get(procedure);
  if (last?.version === version) return last.error;
  const why = `it is published with state.version ${version}, and this server has ${stateVersionOf(procedure)}`;
  const error = contractSkew(procedure.path, why);
  newer.set(procedure, { version, error });
  return error;
}

/** Set if a topic's version is above the contract's, by the topic's record. */
export function skewOf(procedure: AnySubscription, { record }: ReadPage | ReadGap): Skew | undefined {
  if (record === undefined || !procedure.state) return undefined;
  const version = versionIn(record);
  return version > stateVersionOf(procedure) ? newerVersion(procedure, version) : undefined;
}

/**
 * To be called with all that is read of a topic: the entry that tells of a newer version may be before what was read.
 *
 * @throws SluiceError `unavailable` if the topic's version is above the contract's
 */
export function assertVersion(procedure: AnySubscription, read: ReadPage | ReadGap): void {
  const skew = skewOf(procedure, read);
  if (skew) throw skew;
}
