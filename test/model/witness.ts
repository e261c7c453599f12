import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { type Access, type Credentials, credentialsIn } from "./access.js";
import { type Asked, askedIn } from "./asked.js";
import type { Watch } from "./watch.js";

type Fetch = typeof globalThis.fetch;

const cutBody = () => new ReadableStream({ start: (controller) => controller.error(new TypeError("terminated")) });

export interface WitnessOptions {
  readonly network: Fetch;
  readonly access: Access;
  readonly blame: (what: string) => void;
  /** Who watches a subscription. */
  readonly watchOf: (asked: Asked) => Watch | undefined;
}

/**
 * A fetch that reads along, and tells each subscription's watch what is asked and answered for it, on a stream of its own or in a
 * lane. It sees a chunk only when the client takes it.
 */
export function witness({ network, access, blame, watchOf }: WitnessOptions): Fetch {
  /** Splits a stream into what is told to each watch. */
  function split(all: readonly Asked[], isMultiplexed: boolean, credentials: Credentials): (frame: Frame) => void {
    const complaint = access.complaintOfRequest(credentials);
    const told = all.map((asked) => watchOf(asked)?.ask(asked.cursor, complaint));
    if (!isMultiplexed) return (frame) => told[0]?.(frame);
    const lanes = new Map<number, ((frame: Frame) => void) | undefined>();
    return (frame) => {
      const lane = "lane" in frame ? frame.lane : undefined;
      if (lane === undefined) return;
      if (frame.kind === "open") {
        const [index = -1] = frame.subscriptions ?? [];
        if (lanes.has(lane) || !(index in all))
          blame(`was told ${JSON.stringify(frame)}, which is no lane it asked for`);
        lanes.set(lane, told[index]);
      } else if (!lanes.has(lane)) blame(`was told ${JSON.stringify(frame)} of a lane that is not open`);
      lanes.get(lane)?.(frame);
    };
  }

  return async (address, init) => {
    const { all, isMultiplexed } = askedIn(String(address), init);
    const credentials = credentialsIn(Object.fromEntries(new Headers(init?.headers)));
    const decoder = createFrameDecoder(split(all, isMultiplexed, credentials));
    const response = await network(address, init);
    const answered = () => {
      for (const asked of all) watchOf(asked)?.answered(response.status);
    };
    if (response.status !== 200 || !response.body) {
      // A client reads a refusal to its end, and may lose patience before that.
      const body = await response.arrayBuffer().catch(() => undefined);
      init?.signal?.throwIfAborted();
      answered();
      const { status, headers } = response;
      return new Response(status === 204 ? null : (body ?? cutBody()), { status, headers });
    }
    answered();
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
}
