import type { Frame } from "@sluice/contract/wire";
import { versionAt } from "./board.js";
import { Follower } from "./follower.js";
import type { History } from "./history.js";
import type { Kind } from "./kinds.js";
import { scaledClock } from "./scaled-clock.js";

export interface WatchOptions {
  readonly history: History;
  readonly kind: Kind;
  readonly blame: (what: string) => void;
  /** Called for every request, with its cursor. */
  readonly onRequest: (cursor: string | undefined) => void;
}

/** Checks what a client asks and is told for one subscription, against history and the protocol. */
export interface Watch {
  /** It is asked for, with credentials that must be refused where there is a complaint. Returns what takes its frames. */
  ask(cursor: string | undefined, complaint: string | undefined): (frame: Frame) => void;
  answered(status: number): void;
  /** It has no reader any more. */
  leave(): void;
  /** How often in a row it has been refused as unauthorized. */
  readonly refusals: number;
  /** The last things that it asked and was told, for who looks for a fault. */
  readonly recent: string;
}

/** Things in `recent`. */
const mostRecent = 8;

/**
 * A client leaves a lane that isn't open after 10,000 ms, and asks for it anew, while the stream goes on with the others: what comes
 * in that lane then is for nobody. It begins to count before its request is seen here.
 */
const surelyWaitsFor = 5_000;

/** Statuses after which a client must not reconnect by itself. */
const finalStatuses = [403, 409];

export function createWatch({ history, kind, blame, onRequest }: WatchOptions): Watch {
  const { topic } = kind;
  let end: string | undefined;
  let wasLive = false;
  let hasLeft = false;
  let refusals = 0;
  const news: { readonly what: string; readonly at: number }[] = [];
  const note = (what: string) => {
    news.push({ what, at: performance.now() });
    if (news.length > mostRecent) news.shift();
  };

  /** With milliseconds until now. */
  const recent = () => news.map(({ what, at }) => `${what} (${Math.round(performance.now() - at)} ms ago)`).join(", ");

  function follow(cursor: string | undefined, complaint: string | undefined): (frame: Frame) => void {
    const { lives } = history;
    const earliest =
      topic === undefined ? undefined : { head: history.head(topic), oldest: history.oldest(topic), lives };
    let version = 1;
    const follower = new Follower({
      ...(kind.statesAt && { statesAt: (at) => kind.statesAt?.(history, at, version) ?? [] }),
      history,
      kind,
      blame: (what) => blame(`had a stream from ${cursor} that ${what}`),
      at: cursor,
      earliest,
    });
    let reset = false;
    let awaitsState = kind.start === "snapshot" && cursor === undefined;
    const askedAt = scaledClock.now();
    let isLate = false;
    return (frame) => {
      note(`${frame.kind}${"id" in frame ? ` ${frame.id}` : ""}`);
      if (end !== undefined && frame.kind !== "comment") return; // of an older stream that the client has left
      if (frame.kind === "error" && frame.code === "unauthorized") refusals++;
      if (frame.kind === "open") {
        isLate = frame.lane !== undefined && scaledClock.now() - askedAt > surelyWaitsFor;
        const isRefused = frame.lane !== undefined && frame.head === undefined;
        if (!isRefused) refusals = 0;
        version = isRefused ? Number.POSITIVE_INFINITY : (frame.version ?? 1);
      }
      // A client that finds the server's contract older than its own leaves before it has taken any event; so does one that waited in vain.
      const isTaken = version >= (kind.edition?.version ?? 1) && !isLate;
      if (isTaken && frame.kind === "end") end = "$end";
      if (isTaken && frame.kind === "error" && frame.final) end = frame.code;
      if (isTaken && frame.kind === "live") wasLive = true;
      const isTold = frame.kind === "event" || frame.kind === "snapshot";
      if (isTold && complaint !== undefined) blame(`was told ${frame.data} where it asked after ${complaint}`);
      if (topic === undefined) return;
      if (frame.kind === "event") {
        follower.event(frame.id ?? "", JSON.parse(frame.data).n);
        if (kind.fold && versionAt(history, frame.id ?? "") > version)
          blame(`was told ${frame.data} at ${frame.id} by a server of version ${version}, which is of a higher one`);
      } else if (frame.kind === "reset") {
        reset = true;
        follower.reset(frame);
      } else if (frame.kind === "snapshot") {
        if (cursor !== undefined && !reset) blame(`a stream from ${cursor} has a $snapshot without a $reset`);
        follower.state(frame.id, JSON.parse(frame.data));
        reset = false;
        awaitsState = false;
      } else if (frame.kind === "live" && awaitsState) blame("was told $live without a $snapshot");
      else if (frame.kind === "live" || frame.kind === "at") follower.cursor(frame.id ?? "");
    };
  }

  return {
    ask(cursor, complaint) {
      if (hasLeft) blame("was asked for after it had left");
      if (end !== undefined) blame(`came again after its end (${end})`);
      if (wasLive && cursor === undefined && topic !== undefined)
        blame(`came again without the cursor that it had, after ${recent()}`);
      onRequest(cursor);
      note(`asks from ${cursor}`);
      return follow(cursor, complaint);
    },
    answered(status) {
      note(`answered ${status}`);
      if (status === 401) refusals++;
      if (finalStatuses.includes(status)) end ??= String(status);
    },
    leave() {
      hasLeft = true;
    },
    get refusals() {
      return refusals;
    },
    get recent() {
      return recent();
    },
  };
}
