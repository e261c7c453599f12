import type { Retention } from "@sluice/log";
import { TopicLease } from "@sluice/log/engine";
import type { Row, Value } from "../database/database.js";
import { fromStored, toStored } from "../database/text.js";
import type { TopicState } from "./state.js";

/** A topic's state as it was made: without entries. */
export function newState(epoch: string, now: number): TopicState {
  const genesis = { epoch, offset: 0, mark: "0" };
  return {
    head: genesis,
    headSum: 0,
    before: genesis,
    beforeSum: 0,
    floor: 0,
    floorSum: 0,
    oldest: undefined,
    quiet: now,
    used: now,
    keys: 0,
    firstKey: undefined,
    lastKey: undefined,
    turn: 0,
    keyFloor: 0,
    stateful: false,
    saved: undefined,
    record: undefined,
    ttl: undefined,
    ownRetention: undefined,
  };
}

export function stateOf(row: Row): TopicState {
  const epoch = row["epoch"] as string;
  const record = text(row["record"]);
  const retain = text(row["retain"]);
  const ttl = text(row["ttl"]);
  return {
    head: { epoch, offset: row["head"] as number, mark: row["mark"] as string },
    headSum: row["sum"] as number,
    before: { epoch, offset: row["before"] as number, mark: row["before_mark"] as string },
    beforeSum: row["before_sum"] as number,
    floor: row["floor"] as number,
    floorSum: row["floor_sum"] as number,
    oldest: number(row["oldest"]),
    quiet: row["quiet"] as number,
    used: row["used"] as number,
    keys: row["keys"] as number,
    firstKey: number(row["first_key"]),
    lastKey: number(row["last_key"]),
    turn: row["turn"] as number,
    keyFloor: row["key_floor"] as number,
    stateful: row["stateful"] === 1,
    saved: number(row["saved"]),
    record: record === undefined ? undefined : fromStored(record),
    ttl: ttl === undefined ? undefined : Number(ttl),
    ownRetention: retain === undefined ? undefined : retentionOf(retain),
  };
}

/** Appends that change nothing but the head leave the row as it is: the last entry says the same. */
export function takeHeadFrom(last: Row | undefined, state: TopicState): void {
  if (!last || (last["off"] as number) <= state.head.offset) return;
  state.head = { epoch: state.head.epoch, offset: last["off"] as number, mark: last["mark"] as string };
  state.headSum = last["sum"] as number;
  state.quiet = Math.max(state.quiet, last["time"] as number);
}

export function leaseOf(row: Row): TopicLease {
  return new TopicLease(row["epoch"] as string, {
    token: row["token"] as number,
    ends: row["ends"] as number,
    holderLow: row["holder_low"] as number,
    holderHigh: row["holder_high"] as number,
  });
}

/** In the order of `setHead`. */
export const headValues = ({ head, headSum, oldest, quiet }: TopicState): Value[] => [
  head.offset,
  head.mark,
  headSum,
  oldest ?? null,
  quiet,
];

/** After those of the head in `setHeadAndKeys`. */
export function keyValues({ keys, firstKey, lastKey, turn, keyFloor }: TopicState): Value[] {
  return [keys, firstKey ?? null, lastKey ?? null, turn, keyFloor];
}

/** In the order of `setRest`. */
export function restValues({ before, beforeSum, floor, floorSum, used }: TopicState): Value[] {
  return [before.offset, before.mark, beforeSum, floor, floorSum, used];
}

/** In the order of `setCold`. */
export function coldValues({ stateful, saved, record, ttl, ownRetention }: TopicState, lease: TopicLease): Value[] {
  const texts = [record === undefined ? null : toStored(record), ttl === undefined ? null : String(ttl)];
  const retain = ownRetention ? storedRetention(ownRetention) : null;
  // Given back, or never taken: no time is earlier.
  const ends = Math.max(lease.ends, 0);
  return [stateful ? 1 : 0, saved ?? null, ...texts, retain, lease.token, ends, lease.holderLow, lease.holderHigh];
}

/** Whether `setCold` has something to write. */
export function isColdSame(one: TopicState, other: TopicState): boolean {
  return (
    one.stateful === other.stateful &&
    one.saved === other.saved &&
    one.record === other.record &&
    one.ttl === other.ttl &&
    isSameRetention(one.ownRetention, other.ownRetention)
  );
}

export const isHeadSame = (one: TopicState, other: TopicState): boolean =>
  one.head === other.head && one.oldest === other.oldest && one.quiet === other.quiet;

export const areKeysSame = (one: TopicState, other: TopicState): boolean =>
  one.keys === other.keys &&
  one.lastKey === other.lastKey &&
  one.turn === other.turn &&
  one.keyFloor === other.keyFloor;

export const isRestSame = (one: TopicState, other: TopicState): boolean =>
  one.before === other.before && one.floor === other.floor && one.used === other.used;

/** Another process's row has another object. */
const isSameRetention = (one: Retention | undefined, other: Retention | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && storedRetention(one) === storedRetention(other));

/** As text, because JSON has no Infinity. */
const storedRetention = ({ events, bytes, age, stateTtl }: Retention) => [events, bytes, age, stateTtl].join(" ");

function retentionOf(stored: string): Retention {
  const [events = 0, bytes = 0, age = 0, stateTtl = 0] = stored.split(" ").map(Number);
  return { events, bytes, age, stateTtl };
}

const text = (value: Value | undefined) => (value as string | null) ?? undefined;
const number = (value: Value | undefined) => (value as number | null) ?? undefined;
