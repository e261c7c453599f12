/** Most lanes beside the base. */
const mostNewcomers = 32;
/** Up to so many lanes in all, opening them again costs hardly more than a stream for the new ones. */
const few = 16;

/** Numbers of lanes, and what asks for a merge. */
export interface Situation {
  /** On the base stream. */
  readonly base: number;
  /** On another stream, or asked for on none. */
  readonly outside: number;
  /** One of them comes for the first time. */
  readonly hasFirst: boolean;
  /** One beside the base has not opened yet, and would be started anew. On a base it isn't again. */
  readonly isUnderWay: boolean;
  /** A merge is due: the set is quiet, or too much comes for lanes that have left. */
  readonly isDue: boolean;
  readonly isHidden: boolean;
}

/**
 * Whether to open one stream with all lanes, rather than one with those that are not on the base stream.
 *
 * A lane that is tried again after a failure is a newcomer whatever their number, so that it disturbs no others.
 */
export const isMerge = ({ base, outside, hasFirst, isUnderWay, isDue, isHidden }: Situation): boolean =>
  base === 0 || isDue || isUnderWay || isHidden || outside > mostNewcomers || (hasFirst && base + outside <= few);
