import { createTimer } from "../../platform/timer.js";
import { isHidden } from "../../platform/wake.js";
import type { TransportSettings } from "../settings.js";
import { type CarriedLane, canLeave, isWasteful, openingCost } from "./carried-lane.js";
import type { CarrierSink, Terms } from "./carrier-terms.js";
import { planOf } from "./plan.js";
import { createStreams } from "./streams.js";

/** Changes of the set within so many milliseconds are one. */
const gatherTime = 10;
/** So many milliseconds after the last change, newcomers are merged, and lanes that left are dropped. */
const quietTime = 2_000;

/** Carries lanes, and decides when a stream is opened for which of them. */
export interface Carrier {
  readonly size: number;
  add(lane: CarriedLane): void;
  /** The lane is closed. */
  remove(lane: CarriedLane): void;
}

export function createCarrier(settings: TransportSettings, terms: Terms, sink: CarrierSink): Carrier {
  const { clock } = settings;
  const all = new Set<CarriedLane>();
  const gathering = createTimer(clock);
  const resting = createTimer(clock);
  /** A merge is due. */
  let isDue = false;
  /** A lane without a cursor holds up what is to be opened. */
  let isBlocked = false;
  /** The server acts on the leaving of a lane that has left. */
  let isOwed = false;

  const streams = createStreams(settings, all, terms, {
    leave,
    merge,
    alone: sink.alone,
    merging() {
      isDue = isOwed = false;
      resting.clear();
    },
    settled() {
      if (isDue || [...all].some(({ at }) => !at)) schedule();
      else if (!resting.isSet && [...all].some(({ at }) => at !== streams.base)) rest();
    },
    moved() {
      if (isBlocked) schedule();
    },
    owed: () => rest(true),
    wasted() {
      if (streams.opening) return;
      isDue = true;
      schedule();
    },
    crowded() {
      for (const lane of [...all]) {
        if (lane.at || all.size <= terms.most) continue;
        all.delete(lane);
        sink.moved(lane);
      }
      schedule();
    },
  });

  function schedule(): void {
    isBlocked = false;
    if (!streams.opening && !gathering.isSet) gathering.set(flush, gatherTime);
  }

  function merge(): void {
    isDue = true;
    flush();
  }

  /** @param isAttended the server must know soon, however often the set changes. */
  function rest(isAttended = false): void {
    if (!isOwed) resting.set(rested, quietTime);
    isOwed ||= isAttended;
  }

  function rested(): void {
    const lanes = [...all];
    // Another opening would start those anew that the server hasn't opened yet.
    const isUnderWay = lanes.some(({ at, from }) => at && at !== from);
    if (!isOwed && isUnderWay) rest();
    else if (isOwed || isWasteful(streams.base) || lanes.some(({ at }) => at !== streams.base)) merge();
  }

  function flush(): void {
    if (streams.opening) return;
    const lanes = [...all];
    const waiting = lanes.filter(({ at }) => !at);
    const outside = lanes.filter(({ at }) => !at || at !== streams.base);
    const plan = planOf({
      base: lanes.length - outside.length,
      beside: outside.length - waiting.length,
      waiting: waiting.length,
      first: waiting.filter((lane) => lane.sink.isFirst).length,
      isUnderWay: outside.some(({ at, from }) => at && at !== from),
      isDue,
      isHidden: isHidden(),
    });
    isBlocked = false;
    if (plan === "merge" && canLeave(lanes)) streams.open(lanes, true);
    else if (waiting.length > 0 && canLeave(outside)) streams.open(outside, false);
    else isBlocked = plan !== undefined;
  }

  function leave(lane: CarriedLane): void {
    if (!all.delete(lane)) return;
    streams.drop(lane);
    if (isBlocked) schedule();
    if (all.size > 0) return;
    isDue = isOwed = false;
    streams.clear();
    gathering.clear();
    resting.clear();
  }

  return {
    get size() {
      return all.size;
    },
    add(lane) {
      all.add(lane);
      schedule();
      rest();
    },
    remove(lane) {
      if (!all.has(lane)) return;
      for (const stream of new Set([lane.from, lane.at])) if (stream) stream.wasted += openingCost;
      leave(lane);
      if (all.size > 0) rest(lane.isAttended);
    },
  };
}
