import { createFrameDecoder, type Frame } from "@sluice/contract/wire";

/** A subscription that is open on a line. */
export interface OpenTopic {
  readonly path: string;
  readonly topic: string | undefined;
}

/** A request under way, and its response until that is over. */
export interface Line {
  readonly open: ReadonlySet<OpenTopic>;
  /** For client and server alike, the connection breaks. */
  cut(): void;
}

interface LineRequest {
  readonly init: RequestInit;
  /** In the order of the request. */
  readonly topics: readonly OpenTopic[];
  serve(init: RequestInit): Promise<Response>;
  /** What is open has changed. */
  changed(): void;
  over(line: Line): void;
}

/** Carries one request and its response, and follows what its stream opens and ends. */
export function createLine({
  init,
  topics,
  serve,
  changed,
  over,
}: LineRequest): Line & { answer(): Promise<Response> } {
  const controller = new AbortController();
  const open = new Set<OpenTopic>();
  const lanes = new Map<number | undefined, readonly OpenTopic[]>();
  let isOver = false;

  function end(): void {
    if (isOver) return;
    isOver = true;
    open.clear();
    over(line);
    changed();
  }

  function onFrame(frame: Frame): void {
    if (isOver) return;
    const lane = "lane" in frame ? frame.lane : undefined;
    if (frame.kind === "open") {
      const served = lane === undefined ? topics : (frame.subscriptions ?? []).flatMap((index) => topics[index] ?? []);
      lanes.set(lane, served);
      // A lane that is refused has no head. PROTOCOL §10.2.
      if (lane === undefined || frame.head !== undefined) for (const each of served) open.add(each);
      changed();
    } else if (frame.kind === "end" || (frame.kind === "error" && (frame.final || lane !== undefined))) {
      for (const each of lanes.get(lane) ?? []) open.delete(each);
      changed();
    }
  }

  const line = {
    open,
    cut() {
      controller.abort(new TypeError("The test's network was cut."));
      end();
    },
    async answer() {
      const { signal: given } = init;
      const onAbort = () => {
        controller.abort(given?.reason);
        end();
      };
      given?.addEventListener("abort", onAbort, { once: true });
      if (given?.aborted) onAbort();
      const response = await serve({ ...init, signal: controller.signal }).catch((error: unknown) => {
        end();
        throw error;
      });
      if (!response.body || response.headers.get("content-type") !== "text/event-stream") {
        end();
        return response;
      }
      return new Response(follow(response.body, onFrame, end), response);
    },
  };
  return line;
}

/** The same bytes; tells their frames, and the end. */
function follow(
  body: ReadableStream<Uint8Array>,
  onFrame: (frame: Frame) => void,
  over: () => void,
): ReadableStream<Uint8Array> {
  const { push } = createFrameDecoder(onFrame);
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            push(value);
            return;
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        over();
      },
      cancel(reason) {
        over();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
