import type { AnySubscription, EventOf, StateOf } from "@sluice/contract";
import { isDevelopment } from "#development";
import type { ViewKind } from "./view.js";

declare const nothing: unique symbol;
/** In place of the value's type, without a `fold`. */
export type NoFold = typeof nothing;

/** A fold of the view's own, independent of the contract's state. */
export interface FoldOptions<P extends AnySubscription, Value> {
  /** Names the fold in the query key: the same key must mean the same `initial` and `step`. */
  readonly key: string;
  /** The value before the first event, and after a gap. Not `undefined`, which a cache can't hold. */
  readonly initial: Value;
  /** A pure function. If it throws, the view fails with the error `internal`, with what was thrown as its cause. */
  readonly step: (value: Value, event: EventOf<P>) => Value;
}

/** How to show a subscription. Default: the state, if the contract declares one, else the latest event. */
export type ViewOptions<P extends AnySubscription, List extends number | undefined, Value> =
  | {
      /** Shows the last events, newest last, at most this many: a whole number from 1. */
      readonly list?: List;
      readonly fold?: undefined;
    }
  | {
      readonly list?: undefined;
      /** Shows one value, to which every event is applied. */
      readonly fold?: FoldOptions<P, Value>;
    };

/** What a view shows. */
export type ViewData<P extends AnySubscription, List, Value> = List extends number
  ? readonly EventOf<P>[]
  : [Value] extends [NoFold]
    ? [StateOf<P>] extends [never]
      ? EventOf<P>
      : StateOf<P>
    : Value;

/** What a view may show after the end, besides its data: a view of the latest event may have none. */
export type EndedData<P extends AnySubscription, List, Value> = undefined extends List
  ? [Value, StateOf<P>] extends [NoFold, never]
    ? undefined
    : never
  : never;

/**
 * @throws RangeError if `list` is not a whole number from 1.
 * @throws TypeError if both `list` and `fold` are given, or `initial` is `undefined`.
 */
export function viewKind(
  procedure: AnySubscription,
  { list, fold }: ViewOptions<AnySubscription, number | undefined, unknown>,
): ViewKind {
  if (isDevelopment) checkView(procedure, list, fold);
  if (fold) return { ...fold, view: "fold" };
  if (list === undefined) return { view: procedure.state ? "state" : "latest" };
  if (Number.isSafeInteger(list) && list >= 1) return { view: "list", size: list };
  const allowed = isDevelopment ? "; allowed is a whole number from 1" : "";
  throw new RangeError(`"list" of a view of ${procedure.path} is ${list}${allowed}.`);
}

function checkView(
  { path }: AnySubscription,
  list: number | undefined,
  fold: FoldOptions<AnySubscription, unknown> | undefined,
): void {
  if (!fold) return;
  if (list !== undefined) throw new TypeError(`A view of ${path} has both "list" and "fold"; allowed is one of them.`);
  if (fold.initial !== undefined) return;
  throw new TypeError(`"initial" of the fold "${fold.key}" is undefined; allowed is any other value.`);
}
