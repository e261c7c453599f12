import { setTimeout as sleep } from "node:timers/promises";
import type { EventInputOf, StateOf } from "@sluice/contract";
import type { GetTopic } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { Side } from "../shared/scores.ts";
import { attempt } from "./attempt.ts";
import { readMatchDay } from "./data.ts";
import type { Turn } from "./on-one-server.ts";

/** Milliseconds per minute of the match: ninety minutes take three. */
const minuteLasts = 2_000;
/** Minutes that have been played when the first server starts, so that the first visitor sees some goals. */
const playedMinutes = 25;
/** Milliseconds between full time and the next kick-off. */
const interval = 20_000;

type Fixture = ReturnType<typeof readMatchDay>["fixtures"][number];

export interface PlayOptions {
  /** Stops the match day. */
  readonly turn: Turn;
  /** Waits for a minute, or between two rounds. Default: a real timer. */
  readonly pass?: (ms: number) => Promise<unknown>;
}

/**
 * Plays the match day again and again. Each match ends with its historical result; the minutes of the goals are
 * invented and the same at every start. Visitors can report goals, too.
 */
export async function playMatchDay(topic: GetTopic, { turn, pass = passTime }: PlayOptions): Promise<void> {
  const { fixtures } = readMatchDay();
  const tell = async (events: readonly EventInputOf<typeof contract.scores.board>[]) => {
    while (!turn.aborted && !(await attempt(() => topic(contract.scores.board).publish(events))))
      await pass(minuteLasts);
  };

  const { state } = await topic(contract.scores.board).state();
  let { round, minute: played } = stoppedAt(state);
  for (; !turn.aborted; round++, played = 0) {
    const goals = fixtures.flatMap((fixture) => goalsOf(fixture, round));
    const goalsIn = (minute: number) => goals.filter(({ goal }) => goal.minute === minute);
    if (played === 0) await tell(fixtures.map(({ id }) => ({ type: "kickOff", data: { matchId: id } })));
    for (let minute = played + 1; minute <= 90; minute++) {
      if (round > 0 || played > 0 || minute > playedMinutes) await pass(minuteLasts);
      if (turn.aborted) return;
      await tell([
        { type: "minute", data: { minute } },
        ...goalsIn(minute).map((data) => ({ type: "goal", data }) as const),
      ]);
    }
    await tell(fixtures.map(({ id }) => ({ type: "fullTime", data: { matchId: id } })));
    await pass(interval);
  }
}

/** Where the server that played before has stopped: in which round, and after which minute. */
function stoppedAt({ matches, minute }: StateOf<typeof contract.scores.board>): { round: number; minute: number } {
  const rounds = matches.flatMap(({ goals }) => goals.map(({ id }) => Number(/ (\d+) \d+$/.exec(id)?.[1] ?? -1)));
  const round = Math.max(0, ...rounds);
  if (minute === null) return { round: 0, minute: 0 };
  return matches.some(({ over }) => !over) ? { round, minute } : { round: round + 1, minute: 0 };
}

/** `ref: false`: the timer alone doesn't keep the process alive. */
const passTime = (ms: number) => sleep(ms, undefined, { ref: false });

function goalsOf({ id, result }: Fixture, round: number) {
  const random = randomFrom(`${id} ${round}`);
  const of = (side: Side) => Array.from({ length: result[side] }, () => side);
  return [...of("home"), ...of("away")].map((side, index) => ({
    matchId: id,
    goal: { id: `${id} ${round} ${index}`, side, minute: 1 + Math.floor(90 * random()) },
  }));
}

/** Random numbers from 0 to 1, the same for the same text (mulberry32). */
function randomFrom(text: string): () => number {
  let seed = [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
