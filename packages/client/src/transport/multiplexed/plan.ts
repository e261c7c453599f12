/** Most lanes of a newcomers' stream. */
const mostNewcomers = 32;
/** Up to so many lanes in all, opening them again costs hardly more than a stream for the new ones. */
const few = 16;

/** Numbers of lanes, and what asks for a merge. */
export interface Situation {
  /** On the base stream. */
  readonly base: number;
  /** On another stream, or on their way to one. */
  readonly beside: number;
  /** Asked for on none. */
  readonly waiting: number;
  /** Those of the waiting that have never been asked for. */
  readonly first: number;
  /** One beside the base has not opened yet, and would be started anew. On a base it isn't again. */
  readonly isUnderWay: boolean;
  /** A merge is due: the set is quiet, the server drains, or too much comes for lanes that have left. */
  readonly isDue: boolean;
  readonly isHidden: boolean;
}

/**
 * What to open next. `merge`: one stream with all lanes. `newcomers`: one with those that are not on the base stream.
 *
 * A lane that is tried again after a failure is a newcomer whatever their number, so that it disturbs no others.
 */
export function planOf({
  base,
  beside,
  waiting,
  first,
  isUnderWay,
  isDue,
  isHidden,
}: Situation): "merge" | "newcomers" | undefined {
  if (isDue) return "merge";
  if (waiting === 0) return undefined;
  const outside = beside + waiting;
  const isFew = first > 0 && base + outside <= few;
  return base === 0 || isFew || isUnderWay || isHidden || outside > mostNewcomers ? "merge" : "newcomers";
}
