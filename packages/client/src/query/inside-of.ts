import type { AnyProcedure } from "@sluice/contract";
import { isDevelopment } from "#development";
import { internals } from "../procedure/procedure.js";

type Given<Inside> = { readonly [internals]: Inside };

/**
 * What is inside of a client's procedure.
 *
 * @throws TypeError if it is none, or, in development, one of another kind.
 */
export function insideOf<Inside extends { readonly procedure: AnyProcedure }>(
  given: Given<Inside>,
  kind: AnyProcedure["kind"],
): Inside {
  if (isDevelopment) checkKind(given, kind);
  return given[internals];
}

function checkKind(given: Given<object> | null | undefined, kind: string): void {
  const inside: { readonly procedure?: AnyProcedure } | undefined = given?.[internals];
  const found = inside?.procedure?.kind;
  // A client made from types knows no kinds: each of its procedures can be called, too.
  if (found === kind || (found === "subscription" && typeof given === "function")) return;
  throw new TypeError(`This needs a client's ${kind}, not ${found}.`);
}
