/** What a test asks of a page. */
export interface Ask {
  readonly id: string;
  readonly views: string;
  /** Of the views, those that are prefetched. Default: all. */
  readonly prefetch?: string;
  /** One after another, with an event published in between. */
  readonly apart?: string;
  readonly strict?: string;
  /** Milliseconds. */
  readonly serverTimeout?: string;
}

const namesIn = (list: string) => list.split(",").filter((name) => name !== "");

export const pageOf = ({ id, views, strict }: Ask) => ({ id, views: namesIn(views), strict: strict !== undefined });

export const prefetchedOf = ({ views, prefetch = views }: Ask) => namesIn(prefetch);
