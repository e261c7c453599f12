import type { SluiceError } from "@sluice/contract";
import type { OpenFrame, StreamKind } from "@sluice/contract/wire";
import type { ResumeTracker } from "../subscription/resume-tracker.js";
import { type Attempt, type Outcome, startAttempt, type TopicFrame } from "./attempt.js";
import type { Connection, ConnectionStatus } from "./connection-state.js";
import { createPace, leastBase } from "./pace.js";
import { createBackoff } from "./retry.js";
import type { Settings } from "./settings.js";
import type { Target } from "./target.js";
import { isOffline, listenForWake } from "./wake.js";

export interface KeeperSink {
  opened(frame: OpenFrame): void;
  /** May throw a SluiceError, and the stream fails with it. */
  frame(frame: TopicFrame, open: OpenFrame): void;
  /** The connection's state changed. */
  changed(connection: Connection): void;
  /** It is over: ended, or failed for good. Nothing is called after it. */
  over(error: SluiceError | undefined): void;
  ready?(): Promise<void> | undefined;
}

export interface Keeper {
  /** Opens a stream, at once if the server hasn't asked to wait. One that is open is let go of when the new one is open. */
  open(): void;
  /** Like `open`, if no stream is open or under way. */
  nudge(): void;
  close(): void;
}

/**
 * Keeps one subscription connected, from `open` until it ends, fails for good or is closed. The next stream is opened beside
 * the present one, if there is one, and takes its place with its `$open`: what comes twice is dropped by its cursor.
 */
export function keepConnected(settings: Settings, target: Target, position: ResumeTracker, sink: KeeperSink): Keeper {
  const { clock } = settings;
  const backoff = createBackoff(settings.retry, clock.monotonic);
  const pace = createPace(clock);
  const cursor = (): string | undefined => position.cursor;
  let connection: Connection = { state: "closed", attempt: 0, since: clock.now(), cursor };
  let current: Attempt | undefined;
  let kind: StreamKind | undefined;
  let next: Attempt | undefined;
  let timer: unknown;
  let retryAt: number | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let attempts = 0;
  let wasTried = false;
  let liveSince: number | undefined;
  let refreshing: "no" | "underWay" | "done" = "no";
  let mark = 0;
  /** The next attempt waits for the network rather than for its time. */
  let isRare = false;
  /** The server was reached while the machine said that it is offline: it may be near, and the word is worth nothing. */
  let doubtsOffline = false;
  let isOver = false;

  function become(state: ConnectionStatus, error: SluiceError | undefined): void {
    connection = {
      state,
      attempt: attempts,
      since: state === connection.state ? connection.since : clock.now(),
      cursor,
      ...(retryAt === undefined ? {} : { retryAt }),
      ...(error ? { error } : {}),
    };
    sink.changed(connection);
  }

  function disarm(): void {
    if (retryAt !== undefined) clock.clearTimeout(timer);
    retryAt = undefined;
    isRare = false;
  }

  function arm(asked: number): void {
    disarm();
    const delay = Math.max(asked, pace.wait());
    retryAt = clock.now() + delay;
    timer = clock.setTimeout(attempt, delay);
  }

  function attempt() {
    disarm();
    if (refreshing === "underWay") return; // new credentials bring an attempt of their own
    // Without a position the new stream would begin at a head of its own, past what is still on its way here.
    if (current && position.cursor === undefined) return;
    next?.close();
    attempts++;
    pace.take();
    mark = settings.refresher.mark();
    const own: Attempt = startAttempt(settings, target, position.resumeFrom, {
      opened(frame) {
        current?.close();
        current = own;
        kind = frame.stream;
        next = undefined;
        refreshing = "no";
        doubtsOffline = isOffline();
        forgive();
        sink.opened(frame);
      },
      frame(frame, open) {
        sink.frame(frame, open);
        if (frame.kind === "live") nowLive();
      },
      rebase: (ms) => backoff.rebase(Math.max(ms, leastBase)),
      drain(ms) {
        // A generator's events have no position to tell two runs apart by: its stream goes on until it is cut.
        if (own === current && kind !== "stream" && !next && retryAt === undefined)
          arm(Math.min(ms, settings.retry.max));
      },
      closed: (outcome) => closed(own, outcome),
      ...(sink.ready ? { ready: sink.ready } : {}),
    });
    next = own;
    const isPaused = connection.state === "paused" && seemsOffline();
    const status = isPaused ? "paused" : wasTried ? "reconnecting" : "connecting";
    wasTried = true;
    if (!current) become(status, connection.error);
  }

  function nowLive(): void {
    if (isOver) return;
    liveSince = clock.monotonic();
    attempts = 0;
    if (connection.state !== "live") become("live", undefined);
  }

  /** Once for each stream: what fails beside it later has delays that grow. */
  function forgive(): void {
    if (liveSince !== undefined) backoff.lived(clock.monotonic() - liveSince);
    liveSince = undefined;
  }

  function closed(own: Attempt, outcome: Outcome) {
    if (own === current) current = undefined;
    else next = undefined;
    forgive();
    if (outcome.kind === "ended") return over(undefined);
    const { error, retry } = outcome;
    if (retry === "no") return over(error);
    if (error.status !== 0) doubtsOffline = isOffline();
    if (next || retryAt !== undefined || refreshing === "underWay")
      return become(isRare ? "paused" : "reconnecting", error);
    if (retry === "refresh") return refresh(error);
    wait(error);
  }

  function refresh(error: SluiceError) {
    if (refreshing !== "no") return over(error);
    refreshing = "underWay";
    if (!current) become("reconnecting", error);
    void settings.refresher.refresh(error, mark).then((failure) => {
      if (isOver) return;
      refreshing = "done";
      if (failure) over(failure);
      else if (pace.wait() > 0) arm(0);
      else attempt();
    });
  }

  function wait(error: SluiceError) {
    // An answer other than 401: the next 401 is no second one in a row.
    if (refreshing === "done" && error.status !== 0) refreshing = "no";
    const minimum = error.retryAfter ?? 0;
    notBefore = clock.monotonic() + minimum;
    if (error.status === 0 && seemsOffline()) return pause(error);
    arm(backoff.next(minimum, error.status === 0));
    if (!current) become("reconnecting", error);
  }

  /** A hint, which holds back as long as nothing speaks against it. Attempts go on, if rarely, for it may be wrong. */
  const seemsOffline = (): boolean => !doubtsOffline && isOffline();

  function pause(error: SluiceError | undefined): void {
    arm(Math.max(notBefore - clock.monotonic(), backoff.rare()));
    isRare = true;
    if (!current) become("paused", error);
  }

  function open() {
    if (isOver) return; // who is told of the end may ask before anybody else has heard of it
    const delay = Math.max(notBefore - clock.monotonic(), pace.wait());
    if (delay <= 0) return attempt();
    arm(delay);
    if (!current) become("reconnecting", connection.error);
  }

  function nudge() {
    if (!current && !next) open();
  }

  function onWake(): void {
    current?.check();
    if (isOver || next) return;
    if (!current && retryAt !== undefined && !isRare && seemsOffline()) pause(connection.error);
    else if (!current || (isRare && !isOffline())) open();
  }

  function over(error: SluiceError | undefined): void {
    close();
    become("closed", error);
    sink.over(error);
  }

  function close(): void {
    isOver = true;
    disarm();
    stopListening();
    next?.close();
    current?.close();
    next = current = undefined;
  }

  const stopListening = listenForWake(onWake);
  return { open, nudge, close };
}
