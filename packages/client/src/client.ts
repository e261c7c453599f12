import type { ContractTree } from "@sluice/contract";
import { isDevelopment } from "#development";
import type { ClientOptions } from "./client-options.js";
import { checkOptions } from "./option-rules.js";
import { createContractClient } from "./procedure/contract-client.js";
import type { Client } from "./procedure/procedure.js";
import { settingsOf } from "./settings.js";

/**
 * Creates the client of a contract: the contract's tree, with queries and mutations to call and subscriptions to
 * subscribe to. It sends nothing before that.
 *
 * Subscriptions reconnect after cuts, network errors, 408, 425, 429 and 5xx, and resume after the last applied event.
 * Other errors are final: `onError` gets them, or the loop throws them. Queries and mutations are sent once and reject
 * with a `SluiceError`.
 *
 * A client from the contract's type alone is in `@sluice/client/types-only`.
 *
 * @param contract the result of `defineContract`.
 * @throws TypeError for an invalid option: names it, the value given, and what is allowed. Bundlers' builds for production
 * check `url` alone.
 * @example
 * const client = createClient(contract, { url: "/api", headers: async () => ({ authorization: await token() }) });
 *
 * const stop = client.scores.watch.subscribe({ matchId: "m1" }, { onState: (score) => show(score) });
 * for await (const event of client.scores.watch.iterate({ matchId: "m1" })) console.log(event.type, event.data);
 * const { cursor } = await client.scores.report({ matchId: "m1", team: "home", minute: 12 });
 */
export const createClient = <const Tree extends ContractTree>(contract: Tree, options: ClientOptions): Client<Tree> => {
  if (isDevelopment) checkOptions(options);
  return createContractClient(contract, settingsOf(options));
};
