/** Events of `feed`, numbered. */
export const posts = (...numbers: readonly number[]) => numbers.map((n) => ({ type: "post" as const, data: { n } }));

/** The numbers from `first` to `last`. */
export const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

export const goal = (team: "home" | "away", minute = 1) => ({ type: "goal" as const, data: { team, minute } });
