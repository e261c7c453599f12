import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { type Access, credentialsIn } from "./access.js";
import { versionAt } from "./board.js";
import { Follower } from "./follower.js";
import type { History } from "./history.js";
import type { Kind } from "./kinds.js";

type Fetch = typeof globalThis.fetch;

export interface WitnessOptions {
  readonly network: Fetch;
  readonly history: History;
  readonly access: Access;
  readonly kind: Kind;
  readonly blame: (what: string) => void;
  /** Called for every request, with its cursor. */
  readonly onRequest: (cursor: string | undefined) => void;
}

export interface Witness {
  readonly fetch: Fetch;
  /** How often in a row it has been refused as unauthorized. */
  readonly refusals: number;
}

/** Statuses after which a client must not reconnect by itself. */
const finalStatuses = [403, 409];

/**
 * A fetch that reads along: it checks every stream against history and the protocol, and reports a client that reconnects
 * after an end. It sees a chunk only when the client takes it.
 */
export function witness({ network, history, access, kind, blame, onRequest }: WitnessOptions): Witness {
  const { topic } = kind;
  let end: string | undefined;
  let wasLive = false;
  let refusals = 0;

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
    return (frame) => {
      if (end !== undefined && frame.kind !== "comment") return; // of an older stream that the client has left
      if (frame.kind === "error" && frame.code === "unauthorized") refusals++;
      if (frame.kind === "open") {
        refusals = 0;
        version = frame.version ?? 1;
      }
      // A client that finds the server's contract older than its own leaves before it has taken any event.
      const isTaken = version >= (kind.edition?.version ?? 1);
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
      } else if (frame.kind === "live" || frame.kind === "at") follower.cursor(frame.id ?? "");
    };
  }

  const fetch: Fetch = async (address, init) => {
    const cursor = cursorOf(init);
    if (end !== undefined) blame(`came again after its end (${end})`);
    if (wasLive && cursor === undefined && topic !== undefined) blame("came again without the cursor that it had");
    onRequest(cursor);
    const credentials = credentialsIn(Object.fromEntries(new Headers(init?.headers)));
    const decoder = createFrameDecoder(follow(cursor, access.complaintOfRequest(credentials)));
    const response = await network(address, init);
    if (response.status === 401) refusals++;
    if (finalStatuses.includes(response.status)) end ??= String(response.status);
    if (response.status !== 200 || !response.body) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          decoder.push(value);
          controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    const { status, headers } = response;
    return new Response(body, { status, headers });
  };
  return {
    fetch,
    get refusals() {
      return refusals;
    },
  };
}

const cursorOf = ({ headers, body }: RequestInit = {}): string | undefined =>
  new Headers(headers).get("last-event-id") ?? (typeof body === "string" ? JSON.parse(body).cursor : undefined);
