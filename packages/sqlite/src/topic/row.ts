import type { Retention } from "@sluice/log";
import { TopicLease } from "@sluice/log/engine";
import type { Row, Value } from "../database/database.js";
import { fromStored, toStored } from "../database/text.js";
import type { RememberedKey, SummedEntry } from "../journal/unmoved.js";
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
    moved: 0,
    keys: 0,
    firstKey: undefined,
    lastKey: undefined,
    turn: 0,
    keyFloor: 0,
    movedTurn: -1,
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
    moved: row["moved"] as number,
    keys: row["keys"] as number,
    firstKey: number(row["first_key"]),
    lastKey: number(row["last_key"]),
    turn: row["turn"] as number,
    keyFloor: row["key_floor"] as number,
    movedTurn: row["moved_turn"] as number,
    stateful: row["stateful"] === 1,
    saved: number(row["saved"]),
    record: record === undefined ? undefined : fromStored(record),
    ttl: ttl === undefined ? undefined : Number(ttl),
    ownRetention: retain === undefined ? undefined : retentionOf(retain),
  };
}

/** What the journal says of an entry after the state's head. */
export function takeEntry(state: TopicState, { entry: { cursor, time }, sum }: SummedEntry): void {
  state.head = cursor;
  state.headSum = sum;
  state.quiet = time;
  state.oldest ??= time;
}

/** What the journal says of a key that came with an entry after the state's head. */
export function takeKey(state: TopicState, { turn, time }: RememberedKey): void {
  if (turn !== state.turn) nextTurn(state, turn);
  state.keys += 1;
  state.firstKey ??= time;
  state.lastKey = time;
}

/** Goes on with what was appended after the state's head. */
export function goOn(state: TopicState, entries: readonly SummedEntry[], keys: readonly RememberedKey[]): void {
  for (const each of entries) takeEntry(state, each);
  for (const each of keys) takeKey(state, each);
}

export function nextTurn(state: TopicState, turn = state.turn + 1): void {
  state.turn = turn;
  state.keys = 0;
  state.firstKey = undefined;
}

export function leaseOf(row: Row): TopicLease {
  return new TopicLease(row["epoch"] as string, {
    token: row["token"] as number,
    ends: row["ends"] as number,
    holderLow: row["holder_low"] as number,
    holderHigh: row["holder_high"] as number,
  });
}

/** In the order of `setHot`. */
export const hotValues = (state: TopicState): Value[] => [
  state.head.offset,
  state.head.mark,
  state.headSum,
  state.oldest ?? null,
  state.quiet,
  state.used,
  state.moved,
  state.before.offset,
  state.before.mark,
  state.beforeSum,
  state.floor,
  state.floorSum,
  state.keys,
  state.firstKey ?? null,
  state.lastKey ?? null,
  state.turn,
  state.keyFloor,
  state.movedTurn,
];

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

/** Whether `setHot` has something to write. That an entry is older than `oldest` says is nothing. */
export const isHotSame = (one: TopicState, other: TopicState): boolean =>
  one.quiet === other.quiet &&
  one.used === other.used &&
  one.moved === other.moved &&
  one.before === other.before &&
  one.floor === other.floor &&
  one.keys === other.keys &&
  one.lastKey === other.lastKey &&
  one.turn === other.turn &&
  one.keyFloor === other.keyFloor &&
  one.movedTurn === other.movedTurn;

/** Another process's row has another object. */
export const isSameRetention = (one: Retention | undefined, other: Retention | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && storedRetention(one) === storedRetention(other));

/** As text, because JSON has no Infinity. */
const storedRetention = ({ events, bytes, age, stateTtl }: Retention) => [events, bytes, age, stateTtl].join(" ");

function retentionOf(stored: string): Retention {
  const [events = 0, bytes = 0, age = 0, stateTtl = 0] = stored.split(" ").map(Number);
  return { events, bytes, age, stateTtl };
}

const text = (value: Value | undefined) => (value as string | null) ?? undefined;
const number = (value: Value | undefined) => (value as number | null) ?? undefined;
