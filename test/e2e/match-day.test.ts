import { expect, test } from "vitest";
import { readMatchDay } from "../../apps/example/server/data.ts";
import { playMatchDay } from "../../apps/example/server/match-play.ts";

interface Told {
  readonly type: string;
  readonly data: {
    readonly matchId: string;
    readonly minute?: number;
    readonly goal?: { side: string; minute: number };
  };
}

/** Plays this many rounds at once. */
async function play(rounds: number): Promise<Told[]> {
  const told: Told[] = [];
  const stop = new AbortController();
  let passed = 0;
  await playMatchDay(
    (() => ({
      async publish(events: unknown) {
        told.push(...([events].flat() as Told[]));
      },
      state: async () => ({ state: { matches: [], minute: null } }), // as at the first start
    })) as never,
    {
      turn: stop.signal,
      async pass(ms) {
        if (ms >= 20_000 && ++passed === rounds) stop.abort();
      },
    },
  );
  return told;
}

test("a match day has its historical goals and results, and then starts over", async () => {
  const told = await play(2);
  const second = told.findLastIndex(({ type }) => type === "kickOff") + 1;
  for (const round of [told.slice(0, second - 8), told.slice(second - 8)]) {
    let minute = 0;
    for (const { type, data } of round) {
      if (type === "minute") expect(data.minute).toBe(++minute);
      if (type === "goal") expect(data.goal?.minute).toBe(minute);
    }
    expect(minute).toBe(90);
    for (const { id, result } of readMatchDay().fixtures) {
      const of = round.filter(({ data }) => data.matchId === id);
      expect(of.map(({ type }) => type)).toEqual(["kickOff", ...of.slice(1, -1).map(() => "goal"), "fullTime"]);
      const goals = (side: string) => of.filter(({ data }) => data.goal?.side === side).length;
      expect({ home: goals("home"), away: goals("away") }).toEqual(result);
    }
  }
});

test("it is the same at every start", async () => {
  expect(await play(1)).toEqual(await play(1));
});
