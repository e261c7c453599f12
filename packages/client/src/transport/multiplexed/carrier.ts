import { sharesConnection } from "../../platform/http-version.js";
import { createTimer } from "../../platform/timer.js";
import { isHidden } from "../../platform/wake.js";
import { type EventStream, type LaneAttempt, openStream, type StreamSink } from "../event-stream.js";
import type { StartAttempt } from "../lane.js";
import { isOpen } from "../lane-reader.js";
import type { TransportSettings } from "../settings.js";
import { isMerge } from "./plan.js";
import { createTerms } from "./terms.js";

/** Changes of the set within so many milliseconds are one. */
const gatherTime = 10;
/** So many milliseconds after the last opening, newcomers are merged, and lanes that left are dropped. */
const quietTime = 2_000;
/** An opening has at least so many milliseconds for its answer, before it gets the connection of the base. */
const leastPatience = 1_000;

/** What a carrier does next. Each but the first has a time at which it ends. */
type Phase =
  /** Nothing, until something changes. */
  | { readonly kind: "idle" }
  /** Lanes wait to be asked for. */
  | { readonly kind: "waiting" }
  /** Lanes have been asked for, and one of them has not opened. */
  | { readonly kind: "connecting"; readonly stream: EventStream }
  /** No answer has come. Does one come to something else? If not, there may be no connection. */
  | { readonly kind: "probing"; readonly stream: EventStream; readonly probe: AbortController }
  /** There is nothing to be done but wait for the answer. */
  | { readonly kind: "patient"; readonly stream: EventStream }
  /** A merge is due once the set has been quiet. */
  | { readonly kind: "resting" };

/**
 * Carries lanes on streams: one with all lanes, the base, and for a short time a second one beside it, for newcomers. A merge
 * opens a new base. Over HTTP/1.1, all tabs together have six connections to a server: so there are never more than two
 * streams, and what is beside the base is given up before another is asked for.
 *
 * To move to another stream, a lane starts another attempt, as it does when a server drains: whatever becomes of that, the lane
 * is on its old stream until then, and tries again by itself.
 */
export function createCarrier(settings: TransportSettings, multiplexes: boolean): StartAttempt {
  const { clock } = settings;
  const terms = createTerms(multiplexes);
  /** Asked for on no stream. */
  const waiting = new Set<LaneAttempt>();
  /** One, unless the server takes too few lanes on it. */
  const bases = new Set<EventStream>();
  let beside: EventStream | undefined;
  const timer = createTimer(clock);
  let phase: Phase = { kind: "idle" };
  /** How long the last opening waited for its answer, in milliseconds. */
  let answerTime = 0;
  /** Streams share a connection. */
  let isShared = false;

  /** The only place where the phase changes. */
  function enter(next: Phase): void {
    if (phase.kind === "probing") phase.probe.abort();
    phase = next;
    timer.clear();
    const patience = Math.max(leastPatience, 4 * answerTime);
    switch (next.kind) {
      case "idle":
      case "patient":
        break;
      case "waiting":
        timer.set(() => flush(false), gatherTime);
        break;
      case "connecting":
        timer.set(() => probe(next.stream), patience / 2);
        break;
      case "probing":
        timer.set(() => late(next.stream), patience / 2);
        break;
      case "resting":
        timer.set(() => flush(true), quietTime);
        break;
      default:
        next satisfies never;
    }
  }

  /** Something has changed. */
  function review(): void {
    for (const stream of bases) if (stream.lanes.size === 0) bases.delete(stream);
    if (beside?.lanes.size === 0) beside = undefined;
    if ("stream" in phase && isPending(phase.stream)) return;
    if (beside && !baseOf()) {
      bases.add(beside);
      beside = undefined;
    }
    const canOpen = waiting.size > 0 && lanesOf(beside).every(canLeave);
    const kind = canOpen ? "waiting" : isMergeDue() ? (isHidden() ? "waiting" : "resting") : "idle";
    if (kind !== phase.kind) enter({ kind });
  }

  /** That which has room for all others. */
  const baseOf = (): EventStream | undefined => {
    return [...bases].find(({ lanes }) => lanes.size + countOutside() <= terms.most);
  };

  const countOutside = (): number => lanesOf(beside).length + waiting.size;

  const isMergeDue = (): boolean | undefined =>
    lanesOf(beside).every((lane) => isOpen(lane) && lane.sink.isMovable) &&
    ((beside && !isShared) || [...bases, beside].some(isWasteful));

  /** Opens a stream for lanes that wait and for those beside the base, or for all. */
  function flush(isDue: boolean): void {
    for (const lane of [...waiting]) wait(lane);
    const base = baseOf();
    const merges = isMerge({
      base: base?.lanes.size ?? 0,
      outside: countOutside(),
      hasFirst: [...waiting].some(({ sink }) => sink.isFirstAttempt),
      isUnderWay: isPending(beside),
      isDue: isDue || [...bases].some(isWasteful),
      isHidden: isHidden(),
    });
    if (beside) giveUp(beside);
    if (merges && base) for (const lane of lanesOf(base)) if (isOpen(lane)) lane.sink.move();
    open(merges, base);
  }

  /** @param old the base that the new one takes the place of. */
  function open(merges: boolean, old: EventStream | undefined): void {
    const startedAt = clock.monotonic();
    let hasAnswered = false;
    const stream = send([...waiting].slice(0, terms.most), {
      changed() {
        if (stream?.hasAnswered && !hasAnswered) {
          hasAnswered = true;
          answerTime = clock.monotonic() - startedAt;
          isShared = sharesConnection(settings.url);
          if (merges && old && bases.delete(old)) beside = old;
          old = undefined; // or each stream would keep the one before it
        }
        review();
      },
      refused(lane) {
        terms.refuse(lane);
        wait(lane);
      },
      failed(error) {
        if (stream && terms.learn(error, lanesOf(stream))) giveUp(stream);
      },
    });
    if (stream) {
      if (merges) bases.add(stream);
      else beside = stream;
      enter({ kind: "connecting", stream });
    } else {
      enter({ kind: "idle" });
    }
    review();
  }

  function send(lanes: readonly LaneAttempt[], sink?: StreamSink): EventStream | undefined {
    if (lanes.length === 0) return undefined;
    const stream = openStream(settings, lanes as [LaneAttempt], sink);
    for (const lane of lanes) {
      // The application's clock may have closed it.
      if (waiting.delete(lane)) lane.stream = stream;
      else stream.drop(lane);
    }
    return stream;
  }

  function wait(lane: LaneAttempt): void {
    lane.stream = lane.open = undefined;
    waiting.add(lane);
    if (terms.needsOwn(lane)) send([lane]);
  }

  /** Its lanes wait for the next stream, or are on their way to it. */
  function giveUp(stream: EventStream): void {
    const lanes = lanesOf(stream);
    stream.close();
    for (const lane of lanes) {
      if (!stream.drop(lane)) continue;
      if (isOpen(lane)) lane.sink.lost();
      else wait(lane);
    }
  }

  /** Half of the time for an answer is over. */
  function probe(stream: EventStream): void {
    const own: Phase = { kind: "probing", stream, probe: new AbortController() };
    enter(own);
    // Without a connection, this would not be answered, either.
    const { signal } = own.probe;
    const answered = () => {
      if (phase === own) enter({ kind: "patient", stream });
    };
    if (stream.hasAnswered || !olderThan(stream)[0]) return;
    const asked = (async () =>
      settings.fetch(`${settings.url}/$`, { method: "HEAD", headers: {}, cache: "no-store", signal }))();
    asked.then(answered, answered);
  }

  /** The time for an answer, and for lanes to open, is over. */
  function late(stream: EventStream): void {
    if (!stream.hasAnswered) {
      for (const old of olderThan(stream)) if (lanesOf(old).every(canLeave)) giveUp(old);
      if (waiting.size > 0) {
        // There will be one connection for all.
        giveUp(stream);
        open(true, undefined);
        return;
      }
      for (const { sink } of lanesOf(stream)) sink.lost();
    }
    enter(stream.hasAnswered ? { kind: "idle" } : { kind: "patient", stream });
    review();
  }

  const olderThan = (stream: EventStream): EventStream[] => {
    return [...bases, beside].filter((old) => old !== undefined && old !== stream) as EventStream[];
  };

  return (request, sink) => {
    const lane: LaneAttempt = { request, sink };
    wait(lane);
    review();
    return {
      check() {
        lane.stream?.check();
        review();
      },
      close() {
        waiting.delete(lane);
        lane.stream?.drop(lane);
        review();
      },
    };
  };
}

const lanesOf = (stream: EventStream | undefined): LaneAttempt[] => [...(stream?.lanes ?? [])];

const isWasteful = (stream: EventStream | undefined): boolean | undefined => stream?.isWasteful;

const isPending = (stream: EventStream | undefined): boolean => !lanesOf(stream).every(isOpen);

/** What is on its way to an open lane without a cursor would be lost. PROTOCOL §5.10. */
const canLeave = (lane: LaneAttempt): boolean => !isOpen(lane) || lane.request.resume.cursor !== undefined;
