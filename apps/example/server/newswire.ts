import { readLand } from "./data.ts";
import { s } from "./implementer.ts";

export function newswire() {
  const land = readLand();
  return {
    quakes: s.newswire.quakes.live({
      filter: ({ data }, { input: { minMagnitude } }) => minMagnitude === undefined || data.magnitude >= minMagnitude,
    }),
    land: s.newswire.land.handler(() => land),
  };
}
