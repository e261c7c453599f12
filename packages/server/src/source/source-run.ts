import { isErrorNamed } from "@sluice/contract/internal";
import { type Cursor, LogError } from "@sluice/log";
import { iteratorOf } from "../procedure/iterator-of.js";
import { encodeEvent } from "../publish/encode-event.js";
import { Lead } from "../runs/lead.js";
import { backoff } from "../runs/store-away.js";
import { delay } from "../time/delay.js";
import { EventLoopTurns } from "../time/event-loop-turns.js";
import { Lifetime } from "../time/lifetime.js";
import type { Setback, SourceLog } from "./source-log.js";
import type { SourceParts, SourceRequest } from "./source-request.js";

/** Milliseconds between two attempts to append while a publisher has the topic for itself. */
const leasedDelay = 100;

/** How one execution of a source came to its end. */
export type SourceEnd =
  | { readonly kind: "returned" }
  /** Its generator threw, or what it yielded can't be appended. */
  | { readonly kind: "threw"; readonly error: unknown }
  /** It may append no more. */
  | { readonly kind: "lost" }
  | { readonly kind: "stopped" };

/** One execution of a source's generator. */
export class SourceRun {
  /** Until it is to stop. */
  readonly lifetime = new Lifetime();
  readonly lead: Lead;
  readonly #parts: SourceParts;
  readonly #request: SourceRequest;
  readonly #log: SourceLog;

  constructor(parts: SourceParts, request: SourceRequest, log: SourceLog) {
    this.#parts = parts;
    this.#request = request;
    this.#log = log;
    // Others may read at other servers: the source is never held back for good by those who are here.
    this.lead = new Lead({ ...parts, askElsewhere: async () => true }, log.cursor);
    this.lifetime.watch({ onEnd: () => this.lead.close() });
  }

  /** Runs the generator to its end, or until the lifetime is over. Never rejects. */
  async drive(): Promise<SourceEnd> {
    const { lifetime } = this;
    let iterator: AsyncIterator<{ readonly type: string; readonly data: unknown }> | undefined;
    // A generator that waits where `signal` doesn't reach hears of the end at its next yield.
    const leave = () => {
      (async () => iterator?.return?.())().catch((error) => this.#reportLate(error));
      iterator = undefined;
    };
    try {
      iterator = iteratorOf(this.#request.start(lifetime), `The source of "${this.#request.procedure.path}"`);
      lifetime.watch({ onEnd: leave });
      const turns = new EventLoopTurns();
      while (iterator && !lifetime.over) {
        const next = await iterator.next();
        if (lifetime.over) break;
        if (next.done) {
          iterator = undefined;
          return { kind: "returned" };
        }
        const event = encodeEvent(this.#request.procedure, next.value, this.#parts.maxEventLength);
        const cursor = await this.persist(() => this.#log.append(event));
        if (cursor === "lost") return { kind: "lost" };
        if (!cursor) break;
        const waits = this.lead.add(event.logged, cursor) ?? turns.due();
        if (waits) await waits;
      }
      return { kind: "stopped" };
    } catch (error) {
      if (!lifetime.over) return { kind: "threw", error };
      this.#reportLate(error);
      return { kind: "stopped" };
    } finally {
      leave();
    }
  }

  /**
   * Tries to append until the store answers. `undefined`: the lifetime is over before.
   *
   * @throws what can never be appended
   */
  async persist(append: () => Promise<Cursor | Setback>): Promise<Cursor | "lost" | undefined> {
    const { wheel } = this.#parts;
    for (let failures = 0; !this.lifetime.over; ) {
      let wait = leasedDelay;
      try {
        const answer = await append();
        if (answer !== "leased") return answer;
      } catch (error) {
        if (!LogError.is(error)) throw error;
        if (++failures === 1) this.#report(error); // once, and not for each attempt
        wait = backoff(failures);
      }
      await delay(wheel, wait, this.lifetime);
    }
    return undefined;
  }

  /** Nobody waits for it any more. An AbortError says that it was given up because `signal` said so, as it should be. */
  #reportLate(error: unknown): void {
    if (!isErrorNamed(error, "AbortError")) this.#report(error);
  }

  #report(error: unknown): void {
    this.#parts.report(error, this.#request.procedure.path, undefined);
  }
}
