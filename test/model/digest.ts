/** The fold of numbered events. */
export interface Digest {
  readonly count: number;
  readonly last: number;
  /** Depends on the events and their order. */
  readonly digest: number;
}

export const initial: Digest = { count: 0, last: 0, digest: 0 };

export const digestOf = ({ count, digest }: Digest, { n }: { readonly n: number }): Digest => ({
  count: count + 1,
  last: n,
  digest: (Math.imul(digest, 31) + n) | 0,
});
