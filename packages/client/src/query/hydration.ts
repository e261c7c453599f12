import type { Query } from "@tanstack/query-core";
import { isDevelopment } from "#development";
import { maxDelay } from "../platform/clock.js";
import { type ClientMembers, internals } from "../procedure/procedure.js";
import { hydratedView, renderedView } from "./adopted-view.js";
import { createArrivals } from "./arrivals.js";
import { type Dehydrated, dehydrate, hydrate, isView, procedureOf } from "./dehydrated.js";
import { type AdoptableView, linkTo } from "./hydration-link.js";
import { isServer } from "./is-server.js";
import { createOrigins } from "./origins.js";

// biome-ignore-start lint/suspicious/noExplicitAny: as TanStack's types
/** A query, as far as an application decides by it whether it travels. */
export interface DehydratableQuery {
  readonly queryKey: readonly unknown[];
  readonly state: {
    readonly status: "pending" | "error" | "success";
    readonly fetchStatus: "fetching" | "paused" | "idle";
    readonly data: any;
    readonly error: any;
  };
  readonly meta: any;
}

/** TanStack's default options for `dehydrate`. */
export interface DehydrateDefaults {
  serializeData?: (data: any) => any;
  shouldDehydrateQuery?: (query: DehydratableQuery) => boolean;
  shouldDehydrateMutation?: (mutation: any) => boolean;
  shouldRedactErrors?: (error: unknown) => boolean;
}

/** TanStack's default options for `hydrate`. */
export interface HydrateDefaults {
  deserializeData?: (data: any) => any;
  queries?: any;
  mutations?: any;
}
// biome-ignore-end lint/suspicious/noExplicitAny: as TanStack's types

export interface HydrationOptions {
  /**
   * Milliseconds for which a server waits for a view's first value. Then the view is rendered as pending, and the browser opens it.
   * Default: 5,000.
   */
  readonly serverTimeout?: number;
  /**
   * The application's own. `shouldDehydrateQuery` belongs here, and not in a call of `dehydrate`. `serializeData` gets what this
   * function made of the data, which is plain JSON.
   */
  readonly dehydrate?: DehydrateDefaults;
  /** The application's own. */
  readonly hydrate?: HydrateDefaults;
}

/**
 * Default options of a QueryClient, on a server that renders a page and in the browser that goes on with it. On the server,
 * `await queryClient.prefetchQuery(sluiceSubscription(…))` takes the present state and closes the subscription. TanStack's `dehydrate`
 * carries it with its cursor, so the browser shows it at once and subscribes from there: no second snapshot is sent, and no event is
 * missed or told twice. Dates, bigints, Maps and whatever else the contract's codecs know arrive as they are, in outputs of
 * `sluiceQuery` too. (The value of a view's own `fold` has no schema: it is carried as JSON, or by `serializeData`.) What has failed on
 * the server is pending, and the browser tries itself.
 *
 * Both clients need the same `id`, and each `QueryClient` a call of its own.
 *
 * @throws TypeError if `client` is none, or one without an `id` of its own.
 * @example new QueryClient({ defaultOptions: { ...hydration(client), queries: { staleTime: 60_000 } } });
 * @example
 * // Streams: pending queries travel as promises (not within JSON).
 * hydration(client, { dehydrate: { shouldDehydrateQuery: ({ state }) => state.status !== "error" } });
 */
export function hydration(
  client: ClientMembers,
  { serverTimeout = 5_000, dehydrate: dehydrating = {}, hydrate: hydrating = {} }: HydrationOptions = {},
): { dehydrate: DehydrateDefaults; hydrate: HydrateDefaults } {
  const clientId = idOf(client);
  if (isDevelopment) checkTimeout(serverTimeout);
  const { serializeData = asItIs, shouldDehydrateQuery = isSuccess } = dehydrating;
  const { deserializeData = asItIs } = hydrating;
  const arrivals = createArrivals();
  const origins = createOrigins();
  const views = new WeakMap<object, AdoptableView>();
  /** The one whose data TanStack serializes next: it says only here which. */
  let current: Query | undefined;

  const pack = (data: unknown): unknown => {
    const query = current;
    current = undefined;
    // Another one's, if the application gave `dehydrate` a predicate of its own.
    if (!query || query.state.data !== data) return data;
    const procedure = procedureOf(client, query.queryKey);
    if (!procedure) return data;
    const origin = origins.of(query);
    return arrivals.shown(query, origin?.cursor) ?? dehydrate(procedure, query.queryKey, data, origin) ?? data;
  };
  const unpack = (given: unknown): unknown => {
    if (!isDehydrated(given)) return given;
    if (isDevelopment) checkPage(given, clientId);
    try {
      const procedure = given.$sluice === 1 ? procedureOf(client, given.key) : undefined;
      if (!procedure) return undefined;
      const data = hydrate(procedure, given);
      if (!isServer && isView(procedure, given.key)) arrivals.note(given, data);
      return data;
    } catch {
      return undefined; // of another version of the application; views ask the server themselves
    }
  };
  return {
    dehydrate: {
      ...dehydrating,
      shouldDehydrateQuery(query) {
        const asked = query as Query;
        const view = views.get(asked);
        // The subscription may be open for others, and further than this view. What this changes may have the cache dumped, in between.
        if (view?.isReady) origins.note(view);
        current = asked;
        // A pending one is serialized right after this, once it has its data.
        asked.promise?.then(
          () => {
            current = asked;
          },
          () => {},
        );
        return shouldDehydrateQuery(query);
      },
      serializeData: (data) => serializeData(pack(data)),
    },
    hydrate: {
      ...hydrating,
      deserializeData: linkTo((given) => unpack(deserializeData(given)), {
        adopt(queryClient, view) {
          views.set(view.query, view);
          return isServer ? renderedView(view, serverTimeout, origins.note) : hydratedView(queryClient, view, arrivals);
        },
      }),
    },
  };
}

const asItIs = (value: unknown) => value;

const isSuccess = ({ state }: DehydratableQuery) => state.status === "success";

const isDehydrated = (given: unknown): given is Dehydrated =>
  typeof given === "object" && given !== null && "$sluice" in given;

function idOf(client: object): string {
  const inside = (client as { readonly [internals]?: { readonly clientId: string } } | undefined)?.[internals];
  // Such a name counts the clients of a process, so it differs between a server's and a browser's.
  if (inside && !/^client-\d+$/.test(inside.clientId)) return inside.clientId;
  const hint = isDevelopment
    ? ', the same on the server and in the browser: createClient(contract, { id: "app", … })'
    : "";
  throw new TypeError(`hydration needs a client with an id of its own${hint}.`);
}

function checkPage({ $sluice, key }: Dehydrated, clientId: string): void {
  if ($sluice !== 1 || key?.[1] === clientId) return;
  throw new TypeError(
    `The page was rendered by a client with the id "${key?.[1]}", and this one has "${clientId}": give both the same.`,
  );
}

function checkTimeout(timeout: number): void {
  if (timeout >= 1 && timeout <= maxDelay) return;
  throw new TypeError(`"serverTimeout" is ${timeout}; allowed is a number of milliseconds from 1 to ${maxDelay}.`);
}
