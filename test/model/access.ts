import { SluiceError } from "@sluice/contract";
import type { DisconnectFilter, RevocableContext } from "@sluice/server";
import { scaledClock } from "./scaled-clock.js";

export type Reason = NonNullable<DisconnectFilter["reason"]>;

/** What a subscriber sends with every request. */
export interface Credentials {
  readonly session: string;
  readonly user: string;
  /** Its position in the sequence of all issues and revocations. */
  readonly issued: number;
  readonly expiresAt?: number;
  /** The topic of its subscription, so that the server's side can be checked. */
  readonly topic: string;
}

/** A subscriber's current credentials. */
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
  /** Returns the lifetime of credentials in milliseconds. Default: they don't expire. */
  readonly life?: (() => number) | undefined;
}

/** Invalidates credentials with a tag that were issued up to this position. */
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

/** Authorisation for all servers of a run. It survives them. */
export class Access {
  /** Sessions that were revoked as forbidden, or may have been, and subscriptions or paths of sessions. */
  readonly forbidden = new Set<string>();
  /** Authorisations that expired up to this time are invalid. */
  time = scaledClock.now();
  /** Up to here, what was written to lanes before has left: it goes to the socket at the end of its turn. */
  #flushed = this.time;
  readonly #revoked = new Map<string, Revocation>();
  /** Those that all servers have been told. */
  readonly #told = new Map<string, Revocation>();
  #issued = 0;

  /** Whether a subscription may have been ended as forbidden: alone, with those of its path or with its session. */
  isForbidden(session: string, kind: string, path: string): boolean {
    return [session, `${session} ${kind}`, `${session} ${path}`].some((each) => this.forbidden.has(each));
  }

  look(): void {
    const time = scaledClock.now();
    this.time = time;
    setImmediate(() => {
      this.#flushed = time;
    });
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

  /** Revokes the current credentials with a tag, until they are renewed. */
  revocationOf(tag: string, reason: Reason): Revocation {
    return { tag, reason, issued: this.#issued };
  }

  /** From now on no stream is opened with these credentials. */
  revoke(revocation: Revocation): void {
    this.#revoked.set(revocation.tag, revocation);
  }

  /** From now on nothing is sent to streams with these credentials. */
  enforce(revocation: Revocation): void {
    this.#told.set(revocation.tag, revocation);
  }

  /** The servers' `context`. */
  contextOf(headers: RequestHeaders): RevocableContext {
    const credentials = credentialsIn(headers);
    const reason = revocationOf(credentials, this.#revoked);
    if (reason) throw new SluiceError(reason);
    return { tags: tagsOf(credentials), expiresAt: credentials.expiresAt };
  }

  /** Why nothing may be sent to a stream with these credentials. */
  complaintOf(credentials: Credentials, isLane: boolean): string | undefined {
    return this.#complaintOf(credentials, this.#told, isLane ? this.#flushed : this.time);
  }

  /** Why a request with these credentials must be refused. */
  complaintOfRequest(credentials: Credentials): string | undefined {
    return this.#complaintOf(credentials, this.#revoked, this.time);
  }

  #complaintOf(credentials: Credentials, all: ReadonlyMap<string, Revocation>, time: number): string | undefined {
    if ((credentials.expiresAt ?? Number.POSITIVE_INFINITY) <= time) return "its authorisation had expired";
    return revocationOf(credentials, all) && "its credentials were revoked";
  }
}

function revocationOf(credentials: Credentials, all: ReadonlyMap<string, Revocation>): Reason | undefined {
  for (const tag of tagsOf(credentials)) {
    const revoked = all.get(tag);
    if (revoked && credentials.issued <= revoked.issued) return revoked.reason;
  }
  return undefined;
}

type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export const credentialsIn = (headers: RequestHeaders): Credentials => JSON.parse(String(headers[credentialsHeader]));
