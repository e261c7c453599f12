import { SluiceError } from "@sluice/contract";

/** Why a server's contract is not the one that a topic was published to by: told to `onError`, once for each topic. */
class ContractSkewError extends Error {
  override readonly name = "ContractSkewError";
}

/** What a server answers whose contract doesn't fit a topic: another one may fit, and clients come again. PROTOCOL §12. */
export function skewed(path: string, why: string, cause?: unknown): SluiceError<"unavailable", undefined> {
  return new SluiceError("unavailable", {
    message: `The contract of this server is not the one that "${path}" was published to by`,
    cause: new ContractSkewError(`The state of "${path}" can't be folded here: ${why}.`, { cause }),
  });
}
