import type { AnyProcedure, AnySubscription, ContractTree } from "@sluice/contract";
import { checkNames, type NamesOf, proceduresOf, shown } from "@sluice/contract/internal";
import type { Retention } from "@sluice/log";
import { subscriptionPaths } from "./log.js";

/**
 * How much of the topics of single subscriptions is kept, by their path in the contract. What is left out is as the log's own options
 * say. `stateTtl` is only for subscriptions with state.
 *
 * @example { "prices/ticks": { events: 1_000 }, "scores/watch": { stateTtl: 24 * 60 * 60_000 } }
 */
export type Retain<Tree extends ContractTree> = {
  readonly [Path in SubscriptionPath<Tree, "stateless">]?: Partial<Omit<Retention, "stateTtl">>;
} & {
  readonly [Path in SubscriptionPath<Tree, "stateful">]?: Partial<Retention>;
};

type Procedure = { readonly kind: AnyProcedure["kind"] };

type SubscriptionPath<Tree, Which, Prefix extends string = ""> = {
  [Name in keyof Tree & string]: Tree[Name] extends Procedure
    ? Which extends KindOf<Tree[Name]>
      ? `${Prefix}${Name}`
      : never
    : SubscriptionPath<Tree[Name], Which, `${Prefix}${Name}/`>;
}[keyof Tree & string];

type KindOf<P> = P extends { readonly kind: "subscription"; readonly state: infer State }
  ? State extends object
    ? "stateful"
    : "stateless"
  : never;

/** By path. */
export type RetentionByPath = ReadonlyMap<string, Partial<Retention>>;

const names: NamesOf<Retention> = { events: true, bytes: true, age: true, stateTtl: true };

/**
 * Checks and copies the `retain` option.
 *
 * @throws TypeError if a path is not a subscription's, a member is unknown or not a number, or `stateTtl` is given without a state.
 * @throws RangeError if a number is not allowed.
 */
export function retainFrom(of: string, given: unknown, contract: ContractTree): RetentionByPath {
  if (given === undefined) return new Map();
  if (Object.prototype.toString.call(given) !== "[object Object]") {
    const what = given instanceof Map ? "a Map" : shown(given);
    throw new TypeError(`${of}: retain is ${what}; allowed is an object, by path.`);
  }
  const all = new Map(Array.from(proceduresOf(contract), (procedure) => [procedure.path, procedure]));
  return new Map(
    Object.entries(given as object).map(([path, retention]) => {
      const procedure = all.get(path);
      if (procedure?.kind !== "subscription") {
        const there = subscriptionPaths(all.values()).join(", ");
        throw new TypeError(
          `${of}: retain has ${shown(path)}, which is not a subscription; the subscriptions are ${there}.`,
        );
      }
      return [path, retentionOf(of, procedure, retention === undefined ? {} : retention)];
    }),
  );
}

function retentionOf(of: string, { path, state }: AnySubscription, given: unknown): Partial<Retention> {
  const at = `retain[${shown(path)}].`;
  checkNames(of, given ?? null, names, { at });
  const kept = Object.entries(given as Partial<Retention>).filter(([, value]) => value !== undefined);
  for (const [name, value] of kept) {
    const text = `${of}: ${at}${name} is ${shown(value)}; allowed is a whole number of at least 1, or Infinity.`;
    if (typeof value !== "number") throw new TypeError(text);
    if (value !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(value) && value >= 1)) throw new RangeError(text);
    if (name === "stateTtl" && !state) {
      throw new TypeError(`${of}: ${at}stateTtl is given, but the contract declares no state for "${path}".`);
    }
  }
  return Object.freeze(Object.fromEntries(kept));
}
