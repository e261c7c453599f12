import { query, subscription } from "@sluice/contract";
import * as z from "zod";
import { isoDate } from "./iso-date.ts";

export const Quake = z.object({
  /** Counts up by one with every report: a hole in it is what the server held back. */
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
   * What a subscriber asks for doesn't name the topic (`key`), so everybody reads one and the same log, and the server
   * leaves out what is too small for the one who asks.
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
