import type { ContractTree } from "@sluice/contract";
import type { ClientOptions } from "./client-options.js";
import { createContractClient } from "./procedure/contract-client.js";
import type { Client } from "./procedure/procedure.js";
import { createWireClient } from "./procedure/wire-client.js";
import type { WireClient } from "./procedure/wire-types.js";
import { settingsOf } from "./settings.js";

/**
 * Creates the client of a contract: the contract's tree, with queries and mutations to call and subscriptions to
 * subscribe to. It sends nothing before that.
 *
 * Subscriptions reconnect after cuts, network errors, 408, 425, 429 and 5xx, and resume after the last applied event.
 * Other errors are final: `onError` gets them, or the loop throws them. Queries and mutations are sent once and reject
 * with a `SluiceError`.
 *
 * @param contract the result of `defineContract`.
 * @throws TypeError for an invalid option: names it, the value given, and what is allowed.
 * @example
 * const client = createClient(contract, { url: "/api", headers: async () => ({ authorization: await token() }) });
 *
 * const stop = client.scores.watch.subscribe({ matchId: "m1" }, { onState: (score) => show(score) });
 * for await (const event of client.scores.watch.iterate({ matchId: "m1" })) console.log(event.type, event.data);
 * const { cursor } = await client.scores.report({ matchId: "m1", team: "home", minute: 12 });
 */
export function createClient<const Tree extends ContractTree>(contract: Tree, options: ClientOptions): Client<Tree>;
/**
 * Creates a client from a contract's type alone, so the bundle holds neither the contract nor a schema library. Calls
 * are the same, on wire types: a codec's Date is its ISO text, both ways.
 *
 * - Nothing is decoded, validated or defaulted; errors carry their data in wire form. Events of a type that this build
 *   doesn't know are delivered like any other.
 * - There is no state, as there is no fold: hooks show the latest event, a list or a fold of your own. `onSnapshot`
 *   gets the state that the server sends when a subscription opens and after a reset.
 * - Every request is a POST. A path that the server doesn't have is the error `notFound`.
 * - Procedures and subtrees can't have the name of a member of procedures, such as `iterate`, `subscribe` or `call`; the
 *   compiler says so.
 *
 * @throws TypeError for an invalid option: names it, the value given, and what is allowed.
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
