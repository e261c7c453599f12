import { createTimer } from "../platform/timer.js";
import type { Attempt, AttemptSink } from "./attempt.js";
import { closedConnection } from "./connection-state.js";
import { initialState, type LaneEvent, type Phase, transition } from "./lane-state.js";
import { createPace, leastBase } from "./pace.js";
import { createBackoff } from "./retry.js";
import type { TransportSettings } from "./settings.js";
import type { Lane, LaneRequest, LaneSink } from "./transport.js";

/** Attempts to open a lane, on a stream of its own or on one with others. */
export type StartAttempt = (request: LaneRequest, sink: AttemptSink) => Attempt;

/**
 * Keeps one subscription connected, from `open` until it ends, fails for good or is closed. The next stream is opened
 * beside the open one and replaces it with its `$open`; events that come twice are dropped by their cursors.
 *
 * `state` says what the lane is doing; only `transition` changes it. Here are the effects of a change.
 *
 * Effects call the application (`headers`, clock, random numbers, handlers), which may close the lane, or ask for another stream,
 * while it is called. So whatever follows such a call looks first whether the state is still the one that it is an effect of.
 */
export function createLane(
  settings: TransportSettings,
  request: LaneRequest,
  sink: LaneSink,
  start: StartAttempt,
): Lane {
  const { clock, refresher, surroundings } = settings;
  const { resume } = request;
  const backoff = createBackoff(settings.retry, clock.monotonic);
  const pace = createPace(clock);
  let state = initialState;
  /** As last passed to the sink. */
  let connection = closedConnection(clock.now(), () => resume.cursor);
  /** The open stream. */
  let current: Attempt | undefined;
  /** The attempt under way. */
  let next: Attempt | undefined;
  const timer = createTimer(clock);
  let retryAt: number | undefined;
  let liveSince: number | undefined;

  function dispatch(event: LaneEvent): void {
    const hasCursor = resume.cursor !== undefined;
    const facts = { now: clock.monotonic(), hasCursor, isOffline: surroundings.isOffline(), paceWait: pace.wait() };
    const before = state;
    const after = transition(before, event, facts);
    state = after;
    if (after.phase !== before.phase) {
      leave();
      if (state === after) enter(after.phase);
    }
    if (state !== after || after === before || event.type === "closed") return; // who closes it knows
    tell();
    if (state === after && after.phase.kind === "closed") sink.over(after.error);
  }

  function leave(): void {
    const attempt = next;
    next = undefined;
    retryAt = undefined;
    timer.clear();
    attempt?.close();
  }

  function enter(phase: Phase): void {
    switch (phase.kind) {
      case "connecting":
        connect(phase);
        break;
      case "waiting":
        arm(phase, phase.failed ? backoff.next(phase.least, phase.failed === "network") : phase.least);
        break;
      case "paused":
        arm(phase, Math.max(phase.least, backoff.rare()));
        break;
      case "refreshing":
        void refresher
          .refresh(phase.error, phase.mark)
          .then((error) => dispatch(error ? { type: "ended", error } : { type: "refreshed" }));
        break;
      case "closed":
        stopListening();
        current?.close();
        current = undefined;
        break;
      case "idle":
      case "open":
        break;
      default:
        phase satisfies never;
    }
  }

  function arm(phase: Phase, asked: number): void {
    const delay = Math.max(asked, pace.wait());
    const at = clock.now() + delay;
    if (state.phase !== phase) return;
    retryAt = at;
    timer.set(() => dispatch({ type: "due" }), delay);
  }

  function connect(phase: Phase): void {
    pace.take();
    if (state.phase !== phase) return;
    const own: Attempt = start(request, {
      isFirstAttempt: state.status === "connecting",
      opened(frame) {
        const replaced = current;
        current = own;
        if (next === own) next = undefined;
        replaced?.close();
        forgive();
        dispatch({ type: "opened", stream: frame.stream });
        if (own === current) sink.opened(frame);
      },
      frame(frame) {
        sink.frame(frame);
        if (frame.kind !== "live" || own !== current) return;
        liveSince = clock.monotonic();
        dispatch({ type: "live" });
      },
      get isMovable() {
        return resume.cursor !== undefined && (next !== undefined || state.phase.kind === "open");
      },
      lost() {
        const wasStream = own === current;
        if (wasStream) {
          if (!next) dispatch({ type: "moved" });
          forgive();
          current = undefined;
        }
        dispatch({ type: "lost", wasStream });
      },
      rebase: (ms) => backoff.rebase(Math.max(ms, leastBase)),
      store(stale) {
        own.stale = stale;
        tell();
      },
      move() {
        if (own === current && state.phase.kind === "open") dispatch({ type: "moved" });
      },
      drain(ms) {
        if (own === current) dispatch({ type: "drain", ms: Math.min(ms, settings.retry.max) });
      },
      closed(error, retry, mark) {
        const wasStream = own === current;
        if (wasStream) current = undefined;
        else next = undefined;
        forgive();
        if (!error || retry === "no") dispatch({ type: "ended", error });
        else dispatch({ type: "failed", wasStream, mark, error, retry });
      },
      ready: sink.ready,
    });
    if (state.phase === phase) next = own;
    else own.close();
  }

  /** Lowers the backoff, once per live stream: attempts that fail beside it later have growing delays. */
  function forgive(): void {
    if (liveSince !== undefined) backoff.lived(clock.monotonic() - liveSince);
    liveSince = undefined;
  }

  function tell(): void {
    const { status, error, stream } = state;
    const stale = current?.stale;
    const attempt = status === "live" ? 0 : state.attempts;
    const nextAt = stream ? undefined : retryAt;
    const isOld = status === connection.status;
    if (
      isOld &&
      attempt === connection.attempt &&
      nextAt === connection.retryAt &&
      error === connection.error &&
      stale === connection.stale
    )
      return;
    const { since, cursor } = connection;
    connection = {
      status,
      attempt,
      since: isOld ? since : clock.now(),
      cursor,
      ...(nextAt !== undefined && { retryAt: nextAt }),
      ...(error && { error }),
      ...(stale && { stale }),
    };
    sink.changed(connection);
  }

  const stopListening = surroundings.listen((isHiding) => {
    current?.check();
    if (!isHiding) dispatch({ type: "woken" });
  });
  return {
    open: () => dispatch({ type: "asked" }),
    nudge() {
      if (!current && !next) dispatch({ type: "asked" });
    },
    close: () => dispatch({ type: "closed" }),
  };
}
