import { subscription } from "@sluice/contract";
import { it } from "vitest";
import * as z from "zod";

/** Whether these tests open their subscriptions as lanes (PROTOCOL §10): the vitest project `lanes` runs them so. */
export const inLanes = process.env["SLUICE_LANES"] === "1";

const nothing = Object.assign(() => {}, { each: () => () => {} }) as unknown as typeof it;

/** For cases about what only a stream of its own has, such as its HTTP. */
export const itAlone = inLanes ? nothing : it;

/** Part of the tests' contracts. Its subscriptions share a stream with the lane under test, and must not notice it. */
export const neighbour = subscription({
  input: z.object({ neighbour: z.string() }),
  events: { beat: z.int() },
});

type Beat = { readonly type: "beat"; readonly data: number };
type NeighbourTopic = { publish(event: Beat): Promise<unknown> };

/** Says how a server's subscriptions can be opened as lanes. */
export interface LaneAccess {
  /** Whether a path can be opened so: of subscriptions, plain generators can't (PROTOCOL §10.1). */
  has(path: string): boolean;
  /** Whether the tests revoke the authorisation that a lane shares with its neighbours, or all of a server's. */
  readonly revokesAll?: boolean;
  beat(input: z.output<typeof neighbour.input>, n: number): Promise<unknown>;
}

/** The lanes of a server whose contract has `neighbour`, but for those at the given paths, or below. */
export const lanesBut = (
  others: readonly string[],
  topic: (input: z.output<typeof neighbour.input>) => NeighbourTopic,
): LaneAccess => ({
  has: (path) => !others.some((each) => path === each || path.startsWith(`${each}/`)),
  beat: (input, n) => topic(input).publish({ type: "beat", data: n }),
});

/** Whether a log's topic is a neighbour's. Tests that count don't mean them. */
export const isNeighbours = (topic: string) => topic.startsWith("neighbour?");
