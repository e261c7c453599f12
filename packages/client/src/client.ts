import type { ContractTree } from "@sluice/contract";
import type { ClientOptions } from "./client-options.js";
import { createContractClient } from "./procedure/contract-client.js";
import type { Client } from "./procedure/procedure.js";
import { createWireClient } from "./procedure/wire-client.js";
import type { WireClient } from "./procedure/wire-types.js";
import { settingsOf } from "./settings.js";

/**
 * Makes the client of a contract: the contract's tree, with its procedures made callable. It opens nothing by itself.
 *
 * Subscriptions resume by themselves after cuts, network errors, 408, 425, 429 and 5xx, from the last event that was applied;
 * other errors are final and come to `onError` or out of the loop. Queries and mutations are sent once; they reject
 * with a `SluiceError`.
 *
 * @param contract what `defineContract` gave.
 * @throws TypeError for an option that isn't allowed, naming it, what was given, and what is allowed.
 * @example
 * const client = createClient(contract, { url: "/api", headers: async () => ({ authorization: await token() }) });
 *
 * const stop = client.scores.watch.subscribe({ matchId: "m1" }, { onState: (score) => show(score) });
 * for await (const event of client.scores.watch({ matchId: "m1" })) console.log(event.type, event.data);
 * const { cursor } = await client.scores.report({ matchId: "m1", team: "home", minute: 12 });
 */
export function createClient<const Tree extends ContractTree>(contract: Tree, options: ClientOptions): Client<Tree>;
/**
 * Makes a client from a contract's type alone, so that a bundle holds neither the contract nor a schema library. The
 * calls are the same, on wire types: a codec's Date is its ISO text, both ways.
 *
 * - Nothing is decoded, checked or filled in here, and errors carry their data as it came. An event of a type that this
 *   build doesn't know is told like any other.
 * - There is no state, since there is no fold: hooks show the latest event, a list or a fold of your own. `onSnapshot`
 *   gives the state that the server sends, when a subscription opens and after a reset.
 * - Everything is a POST. A path that the server doesn't have is the error `notFound`.
 * - A call is sent with the end of the running task, awaited or not, unless a loop has begun by then: `for await` opens
 *   its stream when it asks for the first event. A subscription that is called first and looped over later is opened
 *   once, too, and waits for the loop.
 * - Names that every function has can't be reached, which the compiler says.
 *
 * @throws TypeError for an option that isn't allowed, naming it, what was given, and what is allowed.
 * @example
 * import type { contract } from "./contract.js";
 * const client = createClient<typeof contract>({ url: "/api" });
 */
export function createClient<Tree extends ContractTree = never>(
  options: [Tree] extends [never]
    ? "Give the contract, or its type: createClient<typeof contract>({ … })"
    : ClientOptions,
): WireClient<Tree>;
export function createClient(...given: [contract: ContractTree, options: ClientOptions] | [options: unknown]): object {
  const [contract, options] = given.length === 1 ? [undefined, given[0] as ClientOptions] : given;
  const settings = settingsOf(options);
  return contract ? createContractClient(contract, settings) : createWireClient(settings);
}
