import { carryCodec } from "./codec.js";
import { freezeShared } from "./freeze.js";
import type { AnyProcedure, ProcedureMarker } from "./procedure.js";
import { schemaCodec } from "./schema-codec.js";

/** A tree of procedures. */
export interface ContractTree {
  readonly [name: string]: ProcedureMarker | ContractTree;
}

/** Returns true if a node of a contract is a procedure, false if it is a subtree. */
export function isProcedure(node: ProcedureMarker | ContractTree): node is AnyProcedure {
  return typeof node.kind === "string" && typeof node.path === "string";
}

/** All procedures of a contract, in order of definition. */
export function* proceduresOf(tree: ContractTree): Generator<AnyProcedure> {
  for (const node of Object.values(tree)) {
    if (isProcedure(node)) yield node;
    else yield* proceduresOf(node as ContractTree);
  }
}

/** Throws if a node, or its name, breaks a rule. `parent` is the path of the subtree that it is in. */
export type CheckNode = (node: ContractTree[string], name: string, parent: string) => void;

/** A copy of the tree in which each procedure has its path and its codec. */
export function stampTree(tree: ContractTree, parent: string, check?: CheckNode): ContractTree {
  const stamped: Record<string, ContractTree[string]> = {};
  for (const [name, node] of Object.entries(tree)) {
    check?.(node, name, parent);
    const path = pathOf(name, parent);
    if (!isProcedure(node)) {
      stamped[name] = stampTree(node as ContractTree, path, check);
      continue;
    }
    // All topics share this one object, on the server and in the client.
    if (node.kind === "subscription") freezeShared(node.state?.initial);
    stamped[name] = Object.freeze(carryCodec({ ...node, path }, schemaCodec(node)));
  }
  return Object.freeze(stamped);
}

export const pathOf = (name: string, parent: string): string => (parent ? `${parent}/${name}` : name);
