import type { AnyMutation, AnyProcedure, AnyQuery, ContractTree } from "@sluice/contract";
import { isProcedure } from "@sluice/contract/internal";
import { type Implementation, implement, type Router, type SluiceError } from "@sluice/server";

interface FakeRouterParts {
  /** The error with which the procedure is refused now. */
  refusalOf(path: string): SluiceError | undefined;
  handlerOf(procedure: AnyQuery | AnyMutation): (args: never) => unknown;
}

interface AnyBuilder {
  live(): Implementation;
  handler(handler: (args: never) => unknown): Implementation;
}

/** A router of a contract, all of whose subscriptions are live. */
export function fakeRouter<Tree extends ContractTree>(contract: Tree, { refusalOf, handlerOf }: FakeRouterParts) {
  const s = implement<ContractTree>(contract).$use(({ path, next }) => {
    const error = refusalOf(path);
    if (error) throw error;
    return next();
  });
  const build = (tree: ContractTree, builders: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(tree).map(([name, node]) => {
        if (!isProcedure(node)) return [name, build(node as ContractTree, builders[name] as Record<string, unknown>)];
        const { live, handler } = builders[name] as AnyBuilder;
        const procedure: AnyProcedure = node;
        return [name, procedure.kind === "subscription" ? live() : handler(handlerOf(procedure))];
      }),
    );
  return s.$router(build(contract, s) as never) as unknown as Router<Tree, {}>;
}
