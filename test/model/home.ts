import { type ClientOptions, createClient, type SkippedEvent } from "@sluice/client";
import type { Access, Login } from "./access.js";
import { type Contract, contractOf } from "./contract.js";
import type { Edition } from "./edition.js";
import { scaledClock } from "./scaled-clock.js";
import type { Watch } from "./watch.js";
import { witness } from "./witness.js";

type Fetch = typeof globalThis.fetch;

export interface HomeOptions {
  readonly url: string;
  readonly login: Login;
  readonly access: Access;
  readonly edition: Edition;
  readonly blame: (what: string) => void;
  /** See `Sabotage`. */
  readonly network?: ((fetch: Fetch) => Fetch) | undefined;
  readonly client?: ((fetch: Fetch) => Fetch) | undefined;
  /** `ClientOptions`, but for those above. */
  readonly options?: Partial<ClientOptions>;
}

/** A real client with its network, and those who read along. Its subscriptions share streams (PROTOCOL §10). */
export interface Home {
  /** What it runs in. */
  readonly name: string;
  readonly login: Login;
  readonly edition: Edition;
  readonly tree: ReturnType<typeof createClient<Contract>>;
  /** What is asked for at a path with an input is watched from now on, and `onSkippedEvent` told what is skipped there. */
  watch(path: string, input: unknown, watch: Watch, onSkippedEvent: (event: SkippedEvent) => void): void;
  /** How often in a row it has been refused as unauthorized. */
  refusalsOf(path: string, input: unknown): number;
}

const asIs = (fetch: Fetch) => fetch;
const keyOf = (path: string, input: unknown) => `${path}?${JSON.stringify(input ?? null)}`;

export function makeHome({ url, login, access, edition, blame, network, client, options = {} }: HomeOptions): Home {
  const watches = new Map<string, Watch>();
  const skipped = new Map<string, (event: SkippedEvent) => void>();
  const witnessed = witness({
    network: (network ?? asIs)(globalThis.fetch),
    access,
    blame,
    watchOf: ({ path, input }) => watches.get(keyOf(path, input)),
  });
  const tree = createClient(contractOf(edition), {
    ...options,
    url,
    onSkippedEvent: (event) => skipped.get(event.path)?.(event),
    fetch: (client ?? asIs)(witnessed),
    headers: login.headers,
    onUnauthorized: login.renew,
    clock: scaledClock,
    linger: 0,
    retry: { random: () => 0.5, max: 400 },
  });
  return {
    name: "a client of its own",
    login,
    edition,
    tree,
    watch(path, input, watch, onSkippedEvent) {
      watches.set(keyOf(path, input), watch);
      skipped.set(path, onSkippedEvent);
    },
    refusalsOf: (path, input) => watches.get(keyOf(path, input))?.refusals ?? 0,
  };
}
