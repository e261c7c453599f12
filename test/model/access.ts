import { SluiceError } from "@sluice/contract";
import type { DisconnectFilter, RevocableContext } from "@sluice/server";
import { scaledClock } from "./scaled-clock.js";

export type Reason = NonNullable<DisconnectFilter["reason"]>;

/** What a subscriber shows with every request. */
export interface Credentials {
  readonly session: string;
  readonly user: string;
  /** When it was given, in the order of everything that is given and revoked. */
  readonly issued: number;
  readonly expiresAt?: number;
  /** Of what it subscribes to, so that the server's side can be held against it. */
  readonly topic: string;
}

/** A subscriber's credentials as they are now. */
export interface Login {
  readonly session: string;
  readonly user: string;
  readonly headers: () => Record<string, string>;
  readonly renew: () => void;
}

export interface LoginOptions {
  readonly session: string;
  readonly user: string;
  readonly topic: string;
  /** Gives the milliseconds that credentials are good for. Absent: they don't expire. */
  readonly life?: (() => number) | undefined;
}

/** Credentials that bear a tag and were issued up to then are good for nothing. */
export interface Revocation {
  readonly tag: string;
  readonly reason: Reason;
  readonly issued: number;
}

export const users = ["ann", "bob", "cid"] as const;

export const credentialsHeader = "x-credentials";

export const tagsOf = ({ user, session }: Pick<Credentials, "user" | "session">) => [
  `user:${user}`,
  `session:${session}`,
];

/** Who may come in: what all servers of a run ask, and what outlives them. */
export class Access {
  /** Sessions that were told to go for good, or may have been. */
  readonly forbidden = new Set<string>();
  /** No authorisation that had ended by then may be good for anything now. */
  time = scaledClock.now();
  readonly #revoked = new Map<string, Revocation>();
  #issued = 0;

  look(): void {
    this.time = scaledClock.now();
  }

  login({ session, user, topic, life }: LoginOptions): Login {
    const issue = (): Credentials => {
      const expiry = life ? { expiresAt: scaledClock.now() + life() } : {};
      return { session, user, topic, issued: ++this.#issued, ...expiry };
    };
    let credentials = issue();
    return {
      session,
      user,
      headers: () => ({ [credentialsHeader]: JSON.stringify(credentials) }),
      renew: () => {
        credentials = issue();
      },
    };
  }

  /** Takes back what bears the tag by now, until it is renewed. */
  revocationOf(tag: string, reason: Reason): Revocation {
    return { tag, reason, issued: this.#issued };
  }

  revoke(revocation: Revocation): void {
    this.#revoked.set(revocation.tag, revocation);
  }

  /** The servers' `context`. */
  contextOf(headers: RequestHeaders): RevocableContext {
    const credentials = credentialsIn(headers);
    const reason = this.#revocationOf(credentials);
    if (reason) throw new SluiceError(reason);
    return { tags: tagsOf(credentials), expiresAt: credentials.expiresAt };
  }

  /** Why nothing may be told on these credentials any more, if that is so. */
  complaintOf(credentials: Credentials): string | undefined {
    if ((credentials.expiresAt ?? Number.POSITIVE_INFINITY) <= this.time) return "its authorisation had expired";
    return this.#revocationOf(credentials) && "its credentials were revoked";
  }

  #revocationOf(credentials: Credentials): Reason | undefined {
    for (const tag of tagsOf(credentials)) {
      const revoked = this.#revoked.get(tag);
      if (revoked && credentials.issued <= revoked.issued) return revoked.reason;
    }
    return undefined;
  }
}

type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export const credentialsIn = (headers: RequestHeaders): Credentials => JSON.parse(String(headers[credentialsHeader]));
