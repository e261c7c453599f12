import type { AnyMutation, AnyProcedure, AnyQuery, AnySubscription, ContractTree } from "@sluice/contract";
import { proceduresOf } from "@sluice/contract/internal";
import { differenceOf } from "../options/own-procedure.js";
import type { Implementation } from "./implementation.js";

/** The contract's tree with an implementation for every procedure. */
export type RouterTree<Tree, Context> = {
  readonly [Name in keyof Tree]: Tree[Name] extends AnySubscription | AnyQuery | AnyMutation
    ? Implementation<Tree[Name], Context>
    : Tree[Name] extends ContractTree
      ? RouterTree<Tree[Name], Context>
      : never;
};

/**
 * The type that `$router` expects: a sentence for every procedure that is missing, or else the tree. `Given extends 0`
 * is never true: the compiler infers `Given` from that branch.
 */
export type CheckRouter<Tree, Context, Given> = [ProblemsOf<Tree, Given, "">] extends [never]
  ? RouterTree<Tree, Context>
  : Given extends 0
    ? Given
    : ProblemsOf<Tree, Given, "">;

type ProblemsOf<Tree, Given, At extends string> = 0 extends 1 & Given
  ? never
  : {
      [Name in (keyof Tree | keyof Given) & string]: Name extends keyof Tree
        ? Name extends keyof Given
          ? Tree[Name] extends AnySubscription | AnyQuery | AnyMutation
            ? never
            : ProblemsOf<Tree[Name], Given[Name], `${At}${Name}.`>
          : `${At}${Name} is not implemented`
        : `${At}${Name} is not in the contract`;
    }[(keyof Tree | keyof Given) & string];

declare const types: unique symbol;

/** All procedures of a contract, implemented. */
export interface Router<Tree extends ContractTree = ContractTree, Context = never> {
  readonly contract: Tree;
  /** By path. */
  readonly implementations: ReadonlyMap<string, Implementation<AnyProcedure, never>>;
  readonly [types]?: (context: Context) => void;
}

export function createRouter(contract: ContractTree, tree: object): Router {
  const implementations = new Map<string, Implementation>();
  for (const procedure of proceduresOf(contract)) {
    const implementation = at(tree, procedure.path);
    if (!implementation) throw new TypeError(`The router has no implementation at "${procedure.path}".`);
    if (implementation.procedure?.path !== procedure.path) {
      throw new TypeError(`The router implements "${implementation.procedure?.path}" at "${procedure.path}".`);
    }
    const difference = differenceOf(procedure, implementation.procedure);
    if (difference !== undefined) {
      throw new TypeError(`The router implements "${procedure.path}" of another contract, with ${difference}.`);
    }
    implementations.set(procedure.path, implementation);
  }
  return { contract, implementations };
}

function at(tree: object, path: string): Implementation | undefined {
  let node: unknown = tree;
  for (const name of path.split("/")) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, name)) return undefined;
    node = (node as Record<string, unknown>)[name];
  }
  return node as Implementation;
}
