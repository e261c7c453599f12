// `contract.ts` without its checks.
import type * as checking from "./contract.js";
import { type ContractTree, stampTree } from "./contract-tree.js";
import { makeMutation, makeQuery, makeSubscription } from "./make-procedure.js";

export const subscription: typeof checking.subscription = makeSubscription;
export const query: typeof checking.query = makeQuery;
export const mutation: typeof checking.mutation = makeMutation;
export const defineContract: typeof checking.defineContract = (tree) => stampTree(tree as ContractTree, "") as never;
