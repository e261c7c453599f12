import type { TimerWheel } from "../time/timer-wheel.js";

/** Milliseconds that a client has to reopen after its stream's life ended. */
const reopenGrace = 5_000;

/** Milliseconds from the end of a life until its client has reopened: it waits up to a second, and the wheel ticks. */
const handOver = reopenGrace + 2_000;

/** The life of a stream that is cut from outside after `ms` milliseconds. */
export const lifeBeforeCut = (ms: number): number => Math.max(0, ms / 2, ms - handOver);

/** The wheel's tick of what has no end: later than any process lives. */
const never = 2 ** 30;

const tickIn = (wheel: TimerWheel, ms: number): number => Math.min(never, wheel.now + Math.ceil(ms / wheel.resolution));

/*
 * How long an event stream stays open: first its client is asked to reopen, and after a grace period the stream is cut.
 * Ten thousand streams are cheaper with a tick each than with an object.
 */

/**
 * The tick at which a client is asked to reopen.
 *
 * @param ms how long a stream lasts; `Infinity`: no limit. Shortened by a random part, so that streams that opened together don't end
 *   together.
 */
export const lifeEnd = (wheel: TimerWheel, ms: number): number => tickIn(wheel, ms * (0.8 + 0.2 * Math.random()));

/** The tick at which a stream is cut whose client is asked to reopen now. */
export const graceEnd = (wheel: TimerWheel): number => tickIn(wheel, reopenGrace);

/** Milliseconds until a tick, but at most `ms`. */
export const until = (wheel: TimerWheel, tick: number, ms: number): number =>
  Math.min(ms, (tick - wheel.now) * wheel.resolution);
