import type { AnyMutation, AnyQuery, ContractTree } from "@sluice/contract";
import { codecOf, isProcedure } from "@sluice/contract/internal";
import { isDevelopment } from "#development";
import { createRegistry } from "../subscription/registry.js";
import { call } from "./call.js";
import { type CallOptions, type Client, internals } from "./procedure.js";
import type { ClientSettings } from "./settings.js";
import { membersOf } from "./subscription-members.js";

/** The client of a contract: the contract's tree with its procedures. */
export function createContractClient<Tree extends ContractTree>(
  contract: Tree,
  settings: ClientSettings,
): Client<Tree> {
  const registry = createRegistry(settings);

  const callOf = (procedure: AnyQuery | AnyMutation) =>
    Object.assign((input: unknown, callOptions?: CallOptions) => call(settings, procedure, input, callOptions), {
      [internals]: { clientId: settings.id, procedure },
    });
  const walk = (tree: ContractTree, path: string): object => ({
    ...Object.fromEntries(
      Object.entries(tree).map(([name, node]) => {
        if (!isProcedure(node)) return [name, walk(node as ContractTree, path ? `${path}/${name}` : name)];
        if (isDevelopment) codecOf(node); // throws now rather than at the first call
        return [name, node.kind === "subscription" ? membersOf(registry, settings, node) : callOf(node)];
      }),
    ),
    [internals]: { clientId: settings.id, path },
  });

  return { ...walk(contract, ""), $close: settings.close } as Client<Tree>;
}
