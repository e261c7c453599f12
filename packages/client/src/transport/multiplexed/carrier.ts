import type { SluiceError } from "@sluice/contract";
import { createTimer } from "../../platform/timer.js";
import { isHidden } from "../../platform/wake.js";
import { createPace } from "../pace.js";
import { createBackoff, type Retry } from "../retry.js";
import type { TransportSettings } from "../settings.js";
import type { CarriedLane, LanesStream } from "./carried-lane.js";
import { openLanes } from "./lanes-stream.js";
import { planOf } from "./plan.js";

/** Changes of the set within so many milliseconds are one. */
const gatherTime = 10;
/** So many milliseconds after the last change, newcomers are merged, and lanes that left are dropped. */
const quietTime = 2_000;
/** An opening has at least so many milliseconds for its answer, before it gets the connection of the base. */
const leastPatience = 1_000;
/** What a lane costs to open again, in bytes, roughly. */
const openingCost = 250;

/**
 * Carries lanes on one stream, the base, and for a short time on a second one. A merge opens a stream for all lanes,
 * which becomes the base. Over HTTP/1.1, all tabs together have six connections to a server. So there are never more than two
 * streams, and all but the base are given up before another is asked for.
 */
export interface Carrier {
  readonly size: number;
  add(lane: CarriedLane): void;
  /** The lane is closed. */
  remove(lane: CarriedLane): void;
}

export interface CarrierSink {
  /** The lane needs a stream of its own. */
  alone(lane: CarriedLane): void;
  /** It is a plain generator. */
  generator(lane: CarriedLane): void;
  /** The server doesn't serve any. */
  unoffered(): void;
  /** The server takes at most so many lanes on a stream. */
  limited(most: number): void;
  /** Too many lanes are here. */
  moved(lane: CarriedLane): void;
}

/** A stream without a cursor can't be left: what is on its way would be lost. PROTOCOL §5.10. */
const canLeave = (lanes: Iterable<CarriedLane>): boolean =>
  [...lanes].every(({ from, request }) => !from || request.resume.cursor !== undefined);

const has = ({ open, pending }: LanesStream, lane: CarriedLane): boolean => open.has(lane) || pending.has(lane);

export function createCarrier(settings: TransportSettings, sink: CarrierSink): Carrier {
  const { clock, refresher } = settings;
  const backoff = createBackoff(settings.retry, clock.monotonic);
  const pace = createPace(clock);
  const all = new Set<CarriedLane>();
  const streams = new Set<LanesStream>();
  const gathering = createTimer(clock);
  const resting = createTimer(clock);
  const draining = createTimer(clock);
  const patience = createTimer(clock);
  let base: LanesStream | undefined;
  let opening: LanesStream | undefined;
  let isMerging = false;
  /** How long the last opening waited for its answer, in milliseconds. */
  let answerTime = 0;
  /** A merge is due. */
  let isDue = false;
  /** A lane without a cursor holds up what is to be opened. */
  let isBlocked = false;
  /** The server acts on the leaving of a lane that has left. */
  let isOwed = false;

  function schedule(): void {
    isBlocked = false;
    if (!opening && !gathering.isSet) gathering.set(flush, gatherTime);
  }

  function merge(): void {
    isDue = true;
    flush();
  }

  /** @param isAttended must be dropped soon, however often the set changes. */
  function rest(isAttended = false): void {
    if (!isOwed) resting.set(rested, quietTime);
    isOwed ||= isAttended;
  }

  function rested(): void {
    const lanes = [...all];
    // Another opening would start those anew that the server hasn't opened yet.
    const isUnderWay = lanes.some(({ at, from }) => at && at !== from);
    const isWasteful = base && base.wasted > openingCost * base.open.size;
    if (!isOwed && isUnderWay) rest();
    else if (isOwed || isWasteful || lanes.some(({ at }) => at !== base)) merge();
  }

  function flush(): void {
    if (opening) return;
    const lanes = [...all];
    const waiting = lanes.filter(({ at }) => !at);
    const outside = lanes.filter(({ at }) => !at || at !== base);
    const plan = planOf({
      base: lanes.length - outside.length,
      beside: outside.length - waiting.length,
      waiting: waiting.length,
      first: waiting.filter((lane) => lane.sink.isFirst).length,
      isDue,
      isHidden: isHidden(),
    });
    if (plan === "merge" && canLeave(lanes)) open(lanes, true);
    else if (waiting.length > 0 && canLeave(outside)) open(outside, false);
    else isBlocked = plan !== undefined;
  }

  function open(lanes: readonly CarriedLane[], merges: boolean): void {
    gathering.clear();
    if (merges) {
      isDue = isOwed = false;
      resting.clear();
      draining.clear();
    }
    for (const stream of streams) if (stream !== base) giveUp(stream);
    pace.take();
    const startedAt = clock.monotonic();
    const asked = lanes.filter((lane) => all.has(lane));
    if (asked.length === 0) return;
    const mark = refresher.mark();
    const own: LanesStream = openLanes(settings, asked, {
      answered() {
        answerTime = clock.monotonic() - startedAt;
        if (!streams.has(own)) return;
        if (merges) backoff.lived(Number.POSITIVE_INFINITY);
        if (merges || !base) base = own;
      },
      opened(lane, cursor) {
        const isWanted = (cursor === undefined) === (lane.request.resume.resumeFrom === undefined);
        const before = lane.from;
        if (isWanted) {
          lane.from = own;
          own.open.add(lane);
          if (before) drop(before, lane);
        } else if (lane.at === own) lane.at = before;
        settleIfOpen(own);
        if (!lane.at) schedule();
        return isWanted && lane.from === own;
      },
      moved() {
        if (isBlocked) schedule();
      },
      ended(lane, error, retry) {
        leave(lane);
        lane.sink.closed(error, retry);
      },
      refused(lane) {
        leave(lane);
        sink.generator(lane);
        sink.alone(lane);
      },
      wasted(isAttended) {
        if (isAttended) rest(true);
        if (opening || own.wasted <= openingCost * own.open.size) return;
        isDue = true;
        schedule();
      },
      drain(ms) {
        const due = () => {
          if (streams.has(own)) merge();
        };
        draining.set(due, Math.max(Math.min(ms, settings.retry.max), pace.wait()));
      },
      failed: (error, retry) => failed(own, error, retry, mark),
    });
    opening = own;
    isMerging = merges;
    streams.add(own);
    for (const lane of asked) {
      lane.at = own;
      if (!all.has(lane)) drop(own, lane);
    }
    if (opening === own) patience.set(giveWay, Math.max(leastPatience, 4 * answerTime));
  }

  /** The opening has taken long. */
  function giveWay(): void {
    const slow = opening;
    if (slow?.isAnswered) {
      settle();
      return;
    }
    if (base && canLeave(base.open)) {
      // The newcomers' stream may have no connection: then there will be one for all.
      if (slow && !isMerging) giveUp(slow);
      giveUp(base);
      if (!isMerging) merge();
    }
    for (const { at, from, sink: own } of all) if (at && !from) own.lost();
  }

  /** Its lanes wait for the next stream, or are on their way to it; their subscribers don't notice. */
  function giveUp(stream: LanesStream): void {
    detach(stream);
    shut(stream);
  }

  function detach(stream: LanesStream): CarriedLane[] {
    const lanes = [...stream.open, ...stream.pending.keys()];
    for (const lane of lanes) {
      if (lane.from === stream) lane.from = undefined;
      if (lane.at === stream) lane.at = lane.from;
    }
    return lanes;
  }

  function shut(stream: LanesStream): void {
    streams.delete(stream);
    if (base === stream) base = [...streams].find(({ isAnswered }) => isAnswered);
    stream.close();
    if (opening === stream) settle();
  }

  function settle(): void {
    opening = undefined;
    patience.clear();
    const lanes = [...all];
    if (isDue || lanes.some(({ at }) => !at)) schedule();
    else if (!resting.isSet && lanes.some(({ at }) => at !== base)) rest();
  }

  function settleIfOpen(stream: LanesStream): void {
    if (stream.open.size + stream.pending.size === 0) shut(stream);
    else if (stream === opening && stream.pending.size === 0) settle();
  }

  function drop(stream: LanesStream, lane: CarriedLane): void {
    if (!has(stream, lane)) return;
    stream.open.delete(lane);
    stream.pending.delete(lane);
    settleIfOpen(stream);
  }

  function leave(lane: CarriedLane): void {
    if (!all.delete(lane)) return;
    lane.from = lane.at = undefined;
    for (const stream of [...streams]) drop(stream, lane);
    if (isBlocked) schedule();
    if (all.size > 0) return;
    isDue = isOwed = false;
    for (const timer of [gathering, resting, draining, patience]) timer.clear();
  }

  function failed(stream: LanesStream, error: SluiceError | undefined, retry: Retry, mark: number): void {
    const wasMerging = stream === opening && isMerging;
    const lanes = detach(stream);
    shut(stream);
    const again = (least: number) => draining.set(merge, Math.max(least, pace.wait()));
    const isTooMany = error?.status === 413;
    if (isTooMany && lanes.length > 1) {
      const { maxSubscriptions } = (error.data ?? {}) as { maxSubscriptions?: number };
      const isKnown = Number(maxSubscriptions) > 0 && Number(maxSubscriptions) < lanes.length;
      split(isKnown ? (maxSubscriptions as number) : Math.max(lanes.length >> 1, base?.open.size ?? 0));
      if (wasMerging && base) again(backoff.next());
      schedule();
      return;
    }
    const isUnoffered = error?.status === 404 || error?.status === 405;
    if (isUnoffered) sink.unoffered();
    for (const lane of lanes) {
      if (!all.has(lane)) continue;
      if (lane.at && (retry !== "no" || isUnoffered)) {
        if (!lane.from) lane.sink.lost(error);
        continue;
      }
      leave(lane);
      if (isUnoffered || isTooMany) sink.alone(lane);
      else lane.sink.closed(error, retry);
    }
    if (!wasMerging || !error || all.size === 0) return;
    if (retry !== "refresh") {
      again(backoff.next(error.retryAfter));
      return;
    }
    void refresher.refresh(error, mark).then((failure) => {
      if (!failure) again(0);
      else
        for (const lane of lanes) {
          if (!all.has(lane)) continue;
          leave(lane);
          lane.sink.closed(failure, "no");
        }
    });
  }

  /** Those that don't fit wait elsewhere. */
  function split(most: number): void {
    sink.limited(most);
    for (const lane of [...all]) {
      if (lane.at || all.size <= most) continue;
      all.delete(lane);
      sink.moved(lane);
    }
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
      for (const stream of streams) if (has(stream, lane)) stream.wasted += openingCost;
      leave(lane);
      if (all.size > 0) rest(lane.isAttended);
    },
  };
}
