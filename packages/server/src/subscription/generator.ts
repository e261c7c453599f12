import type { AnySubscription } from "@sluice/contract";
import { stateVersionOf } from "@sluice/contract/internal";
import { type EventFrame, reservedId } from "@sluice/contract/wire";
import type { Report } from "../options/on-error.js";
import { isGivenUp } from "../procedure/given-up.js";
import type { Run, YieldedLike } from "../procedure/implementation.js";
import { iteratorOf } from "../procedure/iterator-of.js";
import type { AnyArgs } from "../procedure/middleware.js";
import { encodeEvent } from "../publish/encode-event.js";
import type { Lane, LaneSource } from "../stream/lane.js";
import { EventLoopTurns } from "../time/event-loop-turns.js";
import { failLane } from "./stream-error.js";

export interface GeneratorRequest {
  readonly report: Report;
  /** Longest event, in characters of JSON. */
  readonly maxEventLength: number;
  readonly procedure: AnySubscription;
  /** Nothing is logged there: the name is what `disconnect` goes by. */
  readonly topic: string;
  readonly run: Run & { readonly kind: "stream" };
  /** What the generator function is called with. */
  readonly args: AnyArgs & { readonly lastEventId: string | undefined };
}

/** Writes a plain generator's events. Nothing is asked of the generator while the lane is full. PROTOCOL §9. */
export class GeneratorSource implements LaneSource {
  readonly topic: string;
  readonly context: unknown;
  readonly resumable: boolean;
  readonly #request: GeneratorRequest;
  #lane: Lane | undefined;
  #goOn: () => void = () => {};

  constructor(request: GeneratorRequest) {
    this.#request = request;
    this.topic = request.topic;
    this.context = request.args.context;
    this.resumable = request.run.onCut === "restart";
  }

  open(heartbeat: number) {
    const { resumable } = this;
    const id = resumable ? {} : { id: reservedId.once };
    const version = stateVersionOf(this.#request.procedure);
    return {
      kind: "open",
      stream: "stream",
      heartbeat,
      resumable,
      ...(version === 1 ? {} : { version }),
      ...id,
    } as const;
  }

  start(lane: Lane): void {
    const { procedure, report } = this.#request;
    const { context } = this;
    this.#lane = lane;
    lane.send({ kind: "live" });
    this.#pump(lane).catch((error) => {
      if (!lane.lifetime.over) {
        failLane(lane, { error, procedure, context, isFinal: true, report });
      } else if (!isGivenUp(error, lane.lifetime)) {
        report(error, procedure.path, context);
      }
    });
  }

  pull(): void {
    this.#lane?.caughtUp(); // it has no history to catch up with
    this.#goOn();
  }

  async #pump(lane: Lane): Promise<void> {
    const { run, args } = this.#request;
    const { lifetime } = lane;
    // Called in here, because a function that returns a generator may throw before it does.
    const events: AsyncIterable<YieldedLike> = run.generator(args as never);
    const iterator = iteratorOf(events, `The generator of "${this.#request.procedure.path}"`);
    let returned: Promise<unknown> | undefined;
    // A generator that waits where `signal` doesn't reach hears of the end at its next yield.
    const onEnd = () => {
      returned ??= (async () => iterator.return?.())();
      returned.catch(() => {}); // told below
      this.#goOn();
    };
    lifetime.watch({ onEnd });
    const turns = new EventLoopTurns();
    try {
      while (!lifetime.over) {
        const next = await iterator.next();
        if (lifetime.over) break;
        if (next.done) {
          returned = Promise.resolve();
          return lane.finish({ kind: "end" });
        }
        lane.send(encodeYielded(this.#request, next.value));
        while (lane.full && !lifetime.over) await this.#room(lane);
        const turn = turns.due();
        if (turn) await turn;
      }
    } finally {
      onEnd();
    }
    await returned;
  }

  /** Resolves when there is room, or it's over. */
  #room(lane: Lane): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
      lane.lag();
    });
  }
}

function encodeYielded({ maxEventLength, procedure, run }: GeneratorRequest, event: YieldedLike): EventFrame {
  // Where a cut ends the stream, an id would take the place of `$once` in a native EventSource, which then starts it anew.
  const id = (run.onCut === "restart" ? event?.id : undefined) ?? undefined; // a database's id may be null
  if (id?.startsWith("$"))
    throw new RangeError(`The generator of "${procedure.path}" yielded the reserved id "${id}".`);
  const { logged } = encodeEvent(procedure, event, maxEventLength);
  return { kind: "event", ...logged, ...(id === undefined ? {} : { id }) };
}
