import type { ContractTree } from "@sluice/contract";
import { isDevelopment } from "#development";
import type { ClientOptions } from "./client-options.js";
import { checkOptions } from "./option-rules.js";
import { createWireClient } from "./procedure/wire-client.js";
import type { WireClient } from "./procedure/wire-types.js";
import { settingsOf } from "./settings.js";

export { SluiceError } from "@sluice/contract";
export type { ClientOptions } from "./client-options.js";
export type {
  WireClient,
  WireSchema,
  WireSubscriptionHandlers,
  WireSubscriptionProcedure,
  WireTree,
} from "./procedure/wire-types.js";

/**
 * Creates a client from a contract's type alone, so the bundle holds neither the contract nor a schema library. Calls
 * are the same as those of the main entry's client, on wire types: a codec's Date is its ISO text, both ways.
 *
 * - Nothing is decoded, validated or defaulted; errors carry their data in wire form. Events of a type that this build
 *   doesn't know are delivered like any other.
 * - There is no state, as there is no fold: hooks show the latest event, a list or a fold of your own. `onSnapshot`
 *   gets the state that the server sends when a subscription opens and after a reset.
 * - Every request is a POST. A path that the server doesn't have is the error `notFound`.
 * - Procedures and subtrees can't have the name of a member of procedures, such as `iterate`, `subscribe` or `call`; the
 *   compiler says so.
 *
 * @throws TypeError for an invalid option: names it, the value given, and what is allowed. Bundlers' builds for production
 * check `url` alone.
 * @example
 * import { createClient } from "@sluice/client/types-only";
 * import type { contract } from "./contract.js";
 *
 * const client = createClient<typeof contract>({ url: "/api" });
 */
export const createClient = <Tree extends ContractTree = never>(
  options: [Tree] extends [never] ? "Give the contract's type: createClient<typeof contract>({ … })" : ClientOptions,
): WireClient<Tree> => {
  if (isDevelopment) checkOptions(options as ClientOptions);
  return createWireClient(settingsOf(options as ClientOptions)) as WireClient<Tree>;
};
