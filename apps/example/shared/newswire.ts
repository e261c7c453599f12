import { query, subscription } from "@sluice/contract";
import * as z from "zod";
import { isoDate } from "./iso-date.ts";

export const Quake = z.object({
  /** Counts up by one with every report: a gap shows reports that the server withheld. */
  seq: z.int(),
  magnitude: z.number(),
  place: z.string(),
  at: isoDate,
  longitude: z.number(),
  latitude: z.number(),
  /** In kilometres. */
  depth: z.number(),
});
export type Quake = z.infer<typeof Quake>;

export const newswire = {
  /**
   * The input doesn't name the topic (`key`), so all subscribers read the same log. The server filters out reports
   * below the subscriber's minimum magnitude.
   */
  quakes: subscription({
    input: z.object({ minMagnitude: z.number().optional() }),
    key: [],
    events: { quake: Quake },
    start: { last: 50 },
    onGap: "skip",
  }),
  /** The world's land, as the `d` of an SVG path. */
  land: query({ output: z.string() }),
};
