import { SluiceError } from "@sluice/contract";
import type { DisconnectFilter } from "../control/disconnect-options.js";
import { assertCurrent, tagsOf } from "../procedure/revocable-context.js";
import { revoked, type StreamMatcher } from "./access.js";

export interface Revocation {
  readonly matches: StreamMatcher;
  readonly reason: NonNullable<DisconnectFilter["reason"]>;
}

/**
 * Most revocations that one opening keeps. A request that waits behind another response on its connection can wait for
 * hours.
 */
const maxRevocations = 1_000;

/**
 * A stream that is being opened. Its topic and tags are known only after its middleware ran. Revocations that arrive
 * earlier are kept, and checked then.
 */
export class Opening {
  #revocations: Revocation[] | undefined;
  /** A revocation that may have matched is not known. */
  #hasMissed = false;

  revoke(revocation: Revocation): void {
    this.#revocations ??= [];
    if (this.#revocations.length < maxRevocations) this.#revocations.push(revocation);
    else this.miss();
  }

  /** A revocation may have come that nobody can check: the stream is refused. */
  miss(): void {
    this.#hasMissed = true;
  }

  /**
   * @throws SluiceError `unauthorized` if the authorisation has expired; the revocation's reason if one matches;
   * `unavailable` if too many arrived, or some may have been missed.
   */
  assertAllowed(topic: string, context: unknown, now: number): void {
    assertCurrent(context, now);
    const tags = tagsOf(context);
    const revocation = this.#revocations?.find(({ matches }) => matches(topic, tags));
    if (revocation) throw new SluiceError(revocation.reason, { message: revoked });
    if (this.#hasMissed) throw new SluiceError("unavailable", { message: "A revocation may have been missed" });
  }
}
