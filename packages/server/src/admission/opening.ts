import { SluiceError } from "@sluice/contract";
import { assertCurrent, tagsOf } from "../procedure/revocable-context.js";
import { type DisconnectFilter, type Meant, revoked } from "./access.js";

export interface Revocation {
  readonly isMeant: Meant;
  readonly reason: NonNullable<DisconnectFilter["reason"]>;
}

/** Most revocations that are kept for one: a client may have it wait, behind another answer on its connection, for hours. */
const mostRevocations = 1_000;

/**
 * A stream on its way from request to connection. Whose it is turns out in the middle of that, so what is revoked in the
 * meantime is kept and held against it then.
 */
export class Opening {
  #revocations: Revocation[] | undefined;
  /** More was revoked than is kept: it may have been meant. */
  #hasMissed = false;

  revoke(revocation: Revocation): void {
    this.#revocations ??= [];
    if (this.#revocations.length < mostRevocations) this.#revocations.push(revocation);
    else this.#hasMissed = true;
  }

  /** @throws SluiceError `unauthorized` if the authorisation has ended, or by a revocation's reason; `unavailable`. */
  assertAllowed(topic: string, context: unknown, now: number): void {
    assertCurrent(context, now);
    const tags = tagsOf(context);
    const revocation = this.#revocations?.find(({ isMeant }) => isMeant(topic, tags));
    if (revocation) throw new SluiceError(revocation.reason, { message: revoked });
    if (this.#hasMissed) throw new SluiceError("unavailable", { message: "Opening this has taken too long" });
  }
}
