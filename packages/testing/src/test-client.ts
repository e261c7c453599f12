import { type Client, type ClientOptions, createClient } from "@sluice/client";
import type { ContractTree } from "@sluice/contract";
import { checkNames, type NamesOf } from "@sluice/contract/internal";
import type { Sluice } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { assertEnvironment } from "./environment.js";
import { createNetwork, type HeldNetwork, type Network } from "./network.js";
import { proceduresByPath } from "./own-procedure.js";

/** All but how it reaches the server. */
export type TestClientOptions = Partial<Omit<ClientOptions, "url" | "fetch">>;

interface ContextOption<Context> {
  /** The context of its requests, in the place of what an adapter's `context` makes. */
  readonly context?: Context | (() => Context | Promise<Context>);
}

type RequiredContext<Context> = object extends Context ? unknown : { readonly context: unknown };

/** A client of a real router, and the network between them. */
export interface TestClient<Tree extends ContractTree> {
  readonly client: Client<Tree>;
  readonly network: Network;
}

let clients = 0;

/**
 * Creates a client of your own router, in this process: without a socket, and otherwise as it is in production. It retries at once,
 * and lets go of what nobody uses at once.
 *
 * @param options those of `createClient`, and the `context` of its requests: required if the contract's context has fields.
 * @throws TypeError for an unknown option, and where the environment lacks what the server needs.
 * @example
 * const { client, network } = testClient(contract, createSluice(router), { context: { user: { id: "ada" } } });
 * render(<App client={client} />);
 * network.drop(); // the connection is cut: nothing is lost
 * client.$close(); // the Sluice is the test's to close
 */
export function testClient<const Tree extends ContractTree, Context extends object = {}>(
  contract: Tree,
  sluice: Sluice<Context>,
  ...[options]: object extends Context
    ? [options?: TestClientOptions & ContextOption<NoInfer<Context>>]
    : [options: TestClientOptions & ContextOption<NoInfer<Context>> & RequiredContext<Context>]
): TestClient<Tree> {
  assertEnvironment("testClient()");
  const procedures = proceduresByPath(contract, "testClient()");
  const { context = {}, ...rest } = (options ?? {}) as TestClientOptions & ContextOption<object>;
  const name = `test-client-${++clients}`;
  const handler = sluiceFetch(sluice as unknown as Sluice<object>, {
    context: () => (typeof context === "function" ? context() : context),
    identify: () => name,
  });
  const network = createNetwork(procedures, handler);
  return { client: clientOf(contract, network, rest), network };
}

/** @param base the path below which the network's server is */
export function clientOf<Tree extends ContractTree>(
  contract: Tree,
  { fetch, wake }: HeldNetwork,
  options: TestClientOptions,
  base = "",
): Client<Tree> {
  checkNames("The client of a test", options, allowed);
  const retry = { base: 0, random: () => 0 };
  return createClient(contract, { linger: 0, retry, wake, ...options, fetch, url: `http://sluice.test${base}` });
}

const allowed: NamesOf<TestClientOptions> = {
  id: true,
  headers: true,
  credentials: true,
  onUnauthorized: true,
  retry: true,
  connectTimeout: true,
  linger: true,
  wake: true,
  tabs: true,
  multiplex: true,
  maxFrame: true,
  onSkippedEvent: true,
  clock: true,
};
