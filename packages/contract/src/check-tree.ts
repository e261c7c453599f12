import { type CheckNode, isProcedure, pathOf } from "./contract-tree.js";
import { ContractError, checkProcedure, checkSegment } from "./rules.js";

/** Checks the nodes of one tree. */
export function createTreeCheck(): CheckNode {
  /** The path at which each procedure and subtree was first found. */
  const places = new Map<object, string>();
  return (node, name, parent) => {
    checkSegment(name, parent);
    const path = pathOf(name, parent);
    if (typeof node !== "object" || node === null) {
      throw new ContractError(
        path,
        `has a value of type ${node === null ? "null" : typeof node}; allowed are procedures and objects that contain procedures`,
      );
    }
    const place = places.get(node);
    if (place !== undefined) throw new ContractError(path, `is already used at "${place}"; define a new one`);
    places.set(node, path);
    if (isProcedure(node)) checkProcedure(node, path);
  };
}
