import { SluiceError } from "@sluice/contract";
import { type DisconnectFilter, expired, expiryOf, type Meant, revoked, tagsOf } from "./access.js";

export interface Revocation {
  readonly isMeant: Meant;
  readonly reason: NonNullable<DisconnectFilter["reason"]>;
}

/**
 * A stream on its way from request to connection. Whose it is turns out in the middle of that, so what is revoked in the
 * meantime is kept and held against it then.
 */
export class Opening {
  #revocations: Revocation[] | undefined;

  revoke(revocation: Revocation): void {
    this.#revocations ??= [];
    this.#revocations.push(revocation);
  }

  /** @throws SluiceError `unauthorized` if the authorisation has ended, or by a revocation's reason. */
  assertAllowed(topic: string, context: unknown, now: number): void {
    if (expiryOf(context) <= now) throw new SluiceError("unauthorized", { message: expired });
    const tags = tagsOf(context);
    const revocation = this.#revocations?.find(({ isMeant }) => isMeant(topic, tags));
    if (revocation) throw new SluiceError(revocation.reason, { message: revoked });
  }
}
