import type { StateOf } from "@sluice/client";
import { expect } from "vitest";
import { type contract, mix } from "./contract.ts";
import type { RoomMember } from "./member.ts";
import type { Publisher } from "./publisher.ts";
import { until } from "./until.ts";

interface Room {
  /** Members from the start. */
  readonly early: readonly RoomMember[];
  readonly late: readonly RoomMember[];
  readonly publishers: readonly Publisher[];
}

type State = StateOf<typeof contract.board> | undefined;

/** Expects all posts of a room, once, in one order for all: all of them for early members, for late ones the end, or their sum. */
export async function expectRoom({ early, late, publishers }: Room): Promise<void> {
  const due = publishers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  const hasAll = (each: RoomMember) => each.numbers.length >= due;
  await until(
    () => early.every(hasAll),
    () => `these lack some of ${due} posts: ${describe(early.filter((each) => !hasAll(each)))}`,
  );
  for (const procedure of ["feed", "board"] as const) {
    const isOf = (each: RoomMember) => each.procedure === procedure;
    const order = early.find(isOf)?.numbers ?? [];
    expectEachInOrder(order, publishers);
    const isDone = ({ state, numbers }: RoomMember) =>
      procedure === "board"
        ? ((state as State)?.count ?? 0) >= due
        : [undefined, order.at(-1)].includes(numbers.at(-1));
    const joined = late.filter(isOf);
    await until(
      () => joined.every(isDone),
      () => `these lack the last of ${due} posts: ${describe(joined.filter((each) => !isDone(each)))}`,
    );
    const state = { count: order.length, hash: order.reduce(mix, 0) };
    for (const each of [...early.filter(isOf), ...joined]) {
      const isWhole = joined.includes(each) || each.numbers.length === order.length;
      if (!isWhole || !isEnd(order, each.numbers)) expect([each.name, each.numbers]).toEqual([each.name, order]);
      if (procedure === "board") expect([each.name, each.state]).toEqual([each.name, state]);
    }
  }
}

/** Expects of each publisher all posts, from the first to the last, in order, and no others. */
export function expectEachInOrder(order: readonly number[], publishers: readonly Publisher[]): void {
  const seen = new Map<number, number>();
  for (const number of order) {
    const [by, n] = [Math.floor(number / 1_000_000), number % 1_000_000];
    const before = seen.get(by) ?? 0;
    if (n !== before + 1) expect.fail(`after post ${before} of publisher ${by} comes ${n}`);
    seen.set(by, n);
  }
  expect([...seen.values()].sort()).toEqual(publishers.map(({ acknowledged }) => acknowledged).sort());
}

function isEnd(whole: readonly number[], end: readonly number[]): boolean {
  const start = whole.length - end.length;
  return start >= 0 && end.every((number, i) => number === whole[start + i]);
}

const describe = (members: readonly RoomMember[]): string =>
  members
    .map(({ name, numbers, status, state, resets, over }) => {
      const got = `${numbers.length} posts, ${JSON.stringify(state)}`;
      return `${name} (${got}, ${status}, resets: ${resets}, over: ${over})`;
    })
    .slice(0, 3)
    .join("; ");
