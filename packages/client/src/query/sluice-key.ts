import type { AnyProcedure, AnyQuery, AnySubscription, ErrorOf, InputOf, SluiceError } from "@sluice/contract";
import { isDevelopment } from "#development";
import {
  type CallProcedure,
  internals,
  type NodeInternals,
  type SubscriptionProcedure,
} from "../procedure/procedure.js";
import { encodeTarget } from "../wire/target.js";
import type { Cached, TypedKey } from "./typed-key.js";
import type { ViewName } from "./view.js";

/**
 * The client's id, the path, the input and a view's name. The input is canonical JSON in wire form, `null` if it is left
 * out: TanStack finds an object also by a part of it, and this is one input and no other.
 */
export type SluiceKey = readonly ["sluice", clientId: string, path: readonly string[], ...inputAndView: unknown[]];

/** A client, a subtree of one, or a procedure. */
export type SluiceNode = { readonly [internals]: NodeInternals } | Subtree;

/** Beside nodes: `$close`, and what the compiler says of names that a client made from types can't reach. */
interface Subtree {
  readonly [name: string]: SluiceNode | (() => void) | string;
}

/**
 * The key that all queries and views of a subtree, of a procedure, or of one input start with: for `invalidateQueries`,
 * `cancelQueries`, `setQueryDefaults` and the like. Of a query's input it is the whole key.
 *
 * @throws TypeError if `node` is no client and no part of one.
 * @example
 * await queryClient.invalidateQueries({ queryKey: sluiceKey(client.scores) });
 * queryClient.setQueryDefaults(sluiceKey(client.scores.matches), { staleTime: 60_000 });
 * const matches = queryClient.getQueryData(sluiceKey(client.scores.matches, { season: 2025 }));
 */
export function sluiceKey(node: SluiceNode): SluiceKey;
export function sluiceKey<P extends AnyQuery>(
  procedure: CallProcedure<P>,
  input: InputOf<P>,
): SluiceKey & TypedKey<Cached<P>, ErrorOf<P>>;
export function sluiceKey<P extends AnySubscription>(procedure: SubscriptionProcedure<P>, input: InputOf<P>): SluiceKey;
export function sluiceKey(node: SluiceNode, ...input: readonly [] | readonly [unknown]): unknown {
  const inside = (node as { readonly [internals]: NodeInternals } | undefined)?.[internals] as NodeInternals;
  if (isDevelopment && !inside)
    throw new TypeError("sluiceKey needs a client or a part of one, such as client.scores.");
  if (input.length === 0 || !("procedure" in inside)) return nodeKey(inside);
  return inputKey(inside, input[0]);
}

interface Keyed {
  readonly clientId: string;
  readonly procedure: AnyProcedure;
}

/** Where `skipToken` stands for the input, too. */
export function nodeKey(inside: NodeInternals): SluiceKey {
  const path = "procedure" in inside ? inside.procedure.path : inside.path;
  return ["sluice", inside.clientId, path === "" ? [] : path.split("/")];
}

export const inputKey = (keyed: Keyed, input: unknown): SluiceKey => [...nodeKey(keyed), textOf(keyed, input)];

export const viewKey = (keyed: Keyed, input: unknown, view: ViewName): SluiceKey => [...inputKey(keyed, input), view];

/** Of an input that can't be encoded, the reason. */
function textOf({ procedure }: Keyed, input: unknown): string | null | { readonly invalid: string } {
  try {
    return encodeTarget(procedure, input).text ?? null;
  } catch (error) {
    return { invalid: (error as SluiceError).message };
  }
}
