import type { AnySubscription } from "@sluice/contract";
import type { Procedures } from "./own-procedure.js";
import { topicOfWire } from "./topic.js";

/** What a client asked for. A request for several subscriptions is listed once for each of them. */
export interface NetworkRequest {
  /** The procedure's path, such as `scores/watch`. */
  readonly path: string;
  /** In wire form; `undefined` if there is none. */
  readonly input: unknown;
  /** Where a subscription goes on; `undefined` for a new one, and for calls. */
  readonly cursor: string | undefined;
  readonly method: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request as the network carries it. */
export interface Carried {
  readonly address: string;
  readonly init: RequestInit;
  /** None: it asks for nothing, such as a client that looks whether somebody answers. */
  readonly asked: readonly NetworkRequest[];
}

/** Reads what a client passed to `fetch`, or what a mock passes on. */
export async function readRequest(
  given: Request | string | URL,
  given2: RequestInit | undefined,
  base: string,
): Promise<Carried> {
  // Not `instanceof`: a mock's request may be another class's.
  const isRequest = typeof given === "object" && "headers" in given;
  const { method = "GET", headers: all = {}, signal, body } = isRequest ? given : (given2 ?? {});
  const text = isRequest ? await given.clone().text() : body;
  const address = isRequest ? given.url : String(given);
  const headers = Object.fromEntries(new Headers(all));
  const init: RequestInit = { method, headers, signal: signal ?? null, ...(text && { body: text }) };
  const asked = askedBy(new URL(address), base, typeof text === "string" ? text : "");
  return {
    address,
    init,
    asked: asked.map((each) => ({ ...each, method, headers, cursor: each.cursor || headers["last-event-id"] })),
  };
}

type Asked = Pick<NetworkRequest, "path" | "input" | "cursor">;

function askedBy({ pathname, searchParams }: URL, base: string, body: string): readonly Asked[] {
  const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length + 1) : pathname;
  const { input, cursor, subscriptions } = parse(body || "{}") as Asked & { readonly subscriptions?: readonly Asked[] };
  if (path === "$streams") return subscriptions ?? [];
  if (path.startsWith("$")) return [];
  const query = searchParams.get("input");
  const last = searchParams.get("lastEventId") ?? undefined;
  return [{ path, input: query === null ? input : parse(query), cursor: cursor ?? last }];
}

/** What isn't JSON, the server refuses. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** The topics that are asked for, in the order of the request; `undefined` for what the server refuses. */
export const topicsOf = (asked: readonly NetworkRequest[], procedures: Procedures): readonly (string | undefined)[] =>
  asked.map(({ path, input }) => {
    const procedure = procedures.get(path);
    return procedure?.kind === "subscription" ? topicOfWire(procedure as AnySubscription, input) : undefined;
  });
