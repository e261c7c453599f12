/** A subscription that a request asks for. */
export interface Asked {
  readonly path: string;
  readonly input: unknown;
  readonly cursor: string | undefined;
}

interface Body {
  readonly input?: unknown;
  readonly cursor?: string;
  readonly subscriptions?: readonly (Body & { readonly path: string })[];
}

/** What a client's request asks for: one subscription, or several on one stream. PROTOCOL §2.1, §10.1. */
export function askedIn(
  address: string,
  { headers, body }: RequestInit = {},
): { readonly all: readonly Asked[]; readonly isMultiplexed: boolean } {
  const { pathname, searchParams } = new URL(address);
  const path = pathname.slice("/api/".length);
  const posted: Body = typeof body === "string" ? JSON.parse(body) : {};
  if (path === "$streams") {
    const all = (posted.subscriptions ?? []).map(({ path, input, cursor }) => ({ path, input, cursor }));
    return { all, isMultiplexed: true };
  }
  const query = searchParams.get("input");
  const input = query === null ? posted.input : JSON.parse(query);
  const cursor = new Headers(headers).get("last-event-id") ?? posted.cursor;
  return { all: [{ path, input, cursor }], isMultiplexed: false };
}
