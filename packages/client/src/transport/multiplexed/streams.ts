import type { SluiceError } from "@sluice/contract";
import { createTimer } from "../../platform/timer.js";
import { createPace } from "../pace.js";
import { createBackoff, type Retry } from "../retry.js";
import type { TransportSettings } from "../settings.js";
import { type CarriedLane, canLeave, detach, isWasteful, type LanesStream } from "./carried-lane.js";
import { type CarrierSink, isLong, longInput, type Terms } from "./carrier-terms.js";
import { openLanes } from "./lanes-stream.js";

/** An opening has at least so many milliseconds for its answer, before it gets the connection of the base. */
const leastPatience = 1_000;

/**
 * The streams of a carrier: one with all lanes, the base, and for a short time a second one. A merge opens a stream for all
 * lanes, which becomes the base. Over HTTP/1.1, all tabs together have six connections to a server. So there are never more
 * than two streams, and all but the base are given up before another is asked for.
 */
export interface Streams {
  readonly base: LanesStream | undefined;
  /** The one that is being opened. */
  readonly opening: LanesStream | undefined;
  open(lanes: readonly CarriedLane[], merges: boolean): void;
  /** The lane has left. */
  drop(lane: CarriedLane): void;
  /** The last lane has left. */
  clear(): void;
}

export interface StreamsSink extends Pick<CarrierSink, "alone"> {
  leave(lane: CarriedLane): void;
  /** A merge is due now. */
  merge(): void;
  /** A merge begins. */
  merging(): void;
  /** The opening is over. */
  settled(): void;
  /** A lane's cursor may have moved. */
  moved(): void;
  /** A lane that has left has opened, and the server acts on its leaving. */
  owed(): void;
  /** Too much comes for lanes that have left. */
  wasted(): void;
  /** The server takes fewer lanes. */
  crowded(): void;
}

export function createStreams(
  settings: TransportSettings,
  all: ReadonlySet<CarriedLane>,
  terms: Terms,
  sink: StreamsSink,
): Streams {
  const { clock, refresher } = settings;
  const backoff = createBackoff(settings.retry, clock.monotonic);
  const pace = createPace(clock);
  const streams = new Set<LanesStream>();
  const draining = createTimer(clock);
  const patience = createTimer(clock);
  let base: LanesStream | undefined;
  let opening: LanesStream | undefined;
  let isMerging = false;
  /** The credentials that a merge has asked for and nothing was answered to yet: a 401 to them is the second in a row. */
  let renewed: number | undefined;
  /** How long the last opening waited for its answer, in milliseconds. */
  let answerTime = 0;

  function open(lanes: readonly CarriedLane[], merges: boolean): void {
    if (merges) {
      draining.clear();
      sink.merging();
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
        renewed = undefined;
        if (merges) backoff.lived(Number.POSITIVE_INFINITY);
        if (merges || !base) base = own;
      },
      opened(lane, cursor) {
        // Since it was asked for, it has got its first cursor, or is to begin anew: this isn't what it needs now.
        const isWanted = (cursor === undefined) === (lane.request.resume.resumeFrom === undefined);
        const before = lane.from;
        if (isWanted) {
          lane.from = own;
          own.open.add(lane);
          if (before) dropFrom(before, lane);
        } else if (lane.at === own) lane.at = before;
        settleIfOpen(own);
        if (!lane.at) sink.settled();
        return isWanted && lane.from === own;
      },
      moved: sink.moved,
      ended(lane, error, retry) {
        sink.leave(lane);
        lane.sink.closed(error, retry, mark);
      },
      refused(lane) {
        sink.leave(lane);
        sink.alone(lane, true);
      },
      wasted(isAttended) {
        if (isAttended) sink.owed();
        if (isWasteful(own)) sink.wasted();
      },
      drain(ms) {
        const due = () => {
          if (streams.has(own)) sink.merge();
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
      if (!all.has(lane)) dropFrom(own, lane);
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
      if (!isMerging) sink.merge();
    }
    for (const { at, from, sink: own } of all) if (at && !from) own.lost();
  }

  /** Its lanes wait for the next stream, or are on their way to it; their subscribers don't notice. */
  function giveUp(stream: LanesStream): void {
    detach(stream);
    shut(stream);
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
    sink.settled();
  }

  function settleIfOpen(stream: LanesStream): void {
    if (stream.open.size + stream.pending.size === 0) shut(stream);
    else if (stream === opening && stream.pending.size === 0) settle();
  }

  function dropFrom(stream: LanesStream, lane: CarriedLane): void {
    if (stream.open.delete(lane) || stream.pending.delete(lane)) settleIfOpen(stream);
  }

  function failed(stream: LanesStream, error: SluiceError | undefined, retry: Retry, mark: number): void {
    const wasMerging = stream === opening && isMerging;
    const lanes = detach(stream);
    shut(stream);
    const again = (least: number) => draining.set(sink.merge, Math.max(least, pace.wait()));
    const isTooMany = error?.status === 413;
    if (isTooMany && lanes.length > 1) {
      const { maxSubscriptions: most } = (error.data ?? {}) as { maxSubscriptions?: unknown };
      const isKnown = typeof most === "number" && most > 0 && most < lanes.length;
      if (!isKnown) terms.longest = longInput;
      const long = lanes.filter(({ request }) => isLong(request.target.text, terms));
      for (const lane of long) {
        sink.leave(lane);
        sink.alone(lane, false);
      }
      // Without the long ones, the others may fit.
      if (isKnown || long.length === 0) terms.most = isKnown ? most : Math.max(lanes.length >> 1, base?.open.size ?? 0);
      if (wasMerging && base) again(backoff.next());
      sink.crowded();
      return;
    }
    const isUnoffered = error?.status === 404 || error?.status === 405;
    if (isUnoffered) terms.isOffered = false;
    const close = (lane: CarriedLane, failure = error, how = retry): void => {
      sink.leave(lane);
      if (isUnoffered || isTooMany) sink.alone(lane, false);
      else lane.sink.closed(failure, how, mark);
    };
    for (const lane of lanes) {
      if (!all.has(lane)) continue;
      if (!lane.at || (retry === "no" && !isUnoffered)) close(lane);
      else if (!lane.from) lane.sink.lost(error);
    }
    // The base goes on, and so it is for nobody else to try the merge again.
    if (!wasMerging || !error || !base) return;
    if (retry !== "refresh") {
      // After another answer, the next 401 isn't the second in a row.
      if (error.status !== 0) renewed = undefined;
      again(backoff.next(error.retryAfter));
      return;
    }
    const renewal = mark === renewed ? Promise.resolve(error) : refresher.refresh(error, mark);
    void renewal.then((failure) => {
      renewed = failure ? undefined : refresher.mark();
      if (!failure) again(0);
      else for (const lane of lanes) if (all.has(lane)) close(lane, failure, "no");
    });
  }

  return {
    get base() {
      return base;
    },
    get opening() {
      return opening;
    },
    open,
    drop(lane) {
      lane.from = lane.at = undefined;
      for (const stream of [...streams]) dropFrom(stream, lane);
    },
    clear() {
      draining.clear();
      patience.clear();
    },
  };
}
