import { SluiceError } from "@sluice/contract";

/** The reason why a server's contract does not match a topic. Reported to `onError` once per topic. */
class ContractSkewError extends Error {
  override readonly name = "ContractSkewError";
}

/**
 * The error of a server whose contract does not match a topic. The client retries, and may reach a server that does.
 * PROTOCOL §12.
 */
export function contractSkew(path: string, why: string, cause?: unknown): SluiceError<"unavailable", undefined> {
  return new SluiceError("unavailable", {
    message: `This server's contract does not match the one that "${path}" was published with`,
    cause: new ContractSkewError(`The state of "${path}" can't be folded here: ${why}.`, { cause }),
  });
}
