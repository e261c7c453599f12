import { isDeepStrictEqual } from "node:util";
import { epochOf, type History, offsetOf } from "./history.js";
import type { Kind } from "./kinds.js";

export interface ResetSeen {
  readonly reason: string;
  readonly oldest: string;
  readonly head: string;
}

/** The earliest place where a subscriber without a cursor may begin. It is read at the time of the request. */
export interface Earliest {
  readonly head: string | undefined;
  readonly oldest: string | undefined;
  readonly lives: number;
}

export interface FollowerOptions {
  readonly history: History;
  readonly kind: Kind;
  /** Called for every broken promise. */
  readonly blame: (what: string) => void;
  /** Its starting cursor, if known. */
  readonly at?: string | undefined;
  readonly earliest?: Earliest | undefined;
  /** False for a reader that gets only events: a snapshot moves it without its notice. Default: true. */
  readonly seesStates?: boolean;
  /** The possible states at a cursor. Default: the fold of the events that pass. */
  readonly statesAt?: ((cursor: string) => readonly unknown[]) | undefined;
  /** False for a reader that gets no `$at`: a reset may refer to a later cursor than it knows. Default: true. */
  readonly seesCursors?: boolean;
}

/**
 * Follows what a subscriber receives of a topic, in order, and checks it against history.
 */
export class Follower {
  /** The cursor reached; `undefined` while unknown. */
  at: string | undefined;
  /** Whether a reset was received, but not yet the cursor after it. */
  #awaits = false;
  /** Where it was before a reset. */
  #before: string | undefined;
  /** The last state received, and the next one expected, if the subscriber's own contract folds it. */
  #state: unknown;
  #folded: { readonly state: unknown } | undefined;
  readonly #options: FollowerOptions & { readonly seesStates: boolean; readonly seesCursors: boolean };

  constructor({ seesStates = true, seesCursors = true, ...options }: FollowerOptions) {
    this.#options = { ...options, seesStates, seesCursors };
    this.at = options.at;
  }

  get awaits(): boolean {
    return this.#awaits;
  }

  event(id: string, n: number) {
    const entry = this.#options.history.at(id);
    if (entry?.n !== n)
      return this.#options.blame(`was told ${n} at ${id}, where history has ${entry?.n ?? "nothing"}`);
    if (!this.#options.kind.passes(n)) this.#options.blame(`was told ${n}, which is filtered out`);
    if (this.#awaits && !this.#goOnBefore(entry.before))
      this.#options.blame(`was told ${n} at ${id} after a reset, before it was told where it goes on`);
    if (this.at === undefined) this.#begin(entry.before);
    else if (!this.#options.history.follows(this.at, entry.before, this.#options.kind.passes)) {
      this.#options.blame(`was told ${n} at ${id} after ${this.at}, and that is not what follows`);
    }
    this.at = id;
    const { fold } = this.#options.kind;
    if (fold && entry && this.#state !== undefined) this.#folded = { state: fold(this.#state, entry) };
  }

  /** A cursor without an event. */
  cursor(id: string): void {
    if (this.#awaits) return;
    if (this.at === undefined) this.#begin(id);
    else if (!this.#options.history.follows(this.at, id, this.#options.kind.passes)) {
      this.#options.blame(`went from ${this.at} to ${id}, and that passes over what it should have been told`);
    }
    this.at = id;
  }

  reset({ reason, oldest, head }: ResetSeen): void {
    const { at } = this;
    const isKnown = at !== undefined && !this.#awaits && this.#options.seesCursors;
    if (isKnown && !this.#isTrue(reason, at, oldest, head)) {
      this.#options.blame(`was told a reset (${reason}, ${oldest} to ${head}) at ${at}, which is not so`);
    }
    const { onGap } = this.#options.kind;
    if (at !== undefined) this.#before = at;
    this.#awaits = onGap === "fail" || (onGap === "snapshot" && this.#options.seesStates);
    this.at = onGap === "skip" ? oldest : undefined;
    this.#folded = undefined;
  }

  state(id: string, value: unknown): void {
    const { history, kind, statesAt } = this.#options;
    const expected = this.#folded ? [this.#folded.state] : (statesAt?.(id) ?? [history.stateAt(id, kind.passes)]);
    if (!expected.some((each) => isDeepStrictEqual(value, each))) {
      const all = expected.map((each) => JSON.stringify(each)).join(" or ");
      this.#options.blame(`has the state ${JSON.stringify(value)} at ${id}, where it is ${all}`);
    }
    this.#state = value;
    this.#folded = undefined;
    if (this.at !== undefined && this.at !== id)
      this.#options.blame(`has a state of ${id} at ${this.at}, without a reset`);
    this.at = id;
    this.#awaits = false;
  }

  /**
   * A server of a newer contract told it of a reset, and before it was told where it goes on, its stream was cut. It came back with its
   * old cursor (PROTOCOL §5.6) to a server of the older contract, for which nothing is missing.
   */
  #goOnBefore(place: string): boolean {
    const { kind, history, seesCursors } = this.#options;
    const at = this.#before;
    if (seesCursors || !kind.edition || at === undefined || !history.follows(at, place, kind.passes)) return false;
    this.#awaits = false;
    this.at = at;
    return true;
  }

  #isTrue(reason: string, at: string, oldest: string, head: string): boolean {
    const { history, kind } = this.#options;
    if (reason === "epoch") return epochOf(at) !== epochOf(head) && history.isLife(kind.topic ?? "", epochOf(head));
    if (epochOf(at) !== epochOf(head)) return false;
    if (reason === "trimmed") return offsetOf(at) < offsetOf(oldest);
    return reason === "diverged" && !this.#options.history.isPast(at, head);
  }

  /** Without a cursor, it begins at the contract's start as of its request, or later by what happened since. */
  #begin(place: string): void {
    const { history, kind, earliest: asked, blame } = this.#options;
    const { start, topic = "", passes } = kind;
    // After the log was replaced, an earlier head is no longer a bound.
    if (!asked || start === "snapshot" || asked.lives !== history.lives) return;
    const [earliest, head] = [this.#boundary(asked), history.head(topic)];
    if (earliest !== undefined && epochOf(earliest) === epochOf(place) && offsetOf(place) < offsetOf(earliest)) {
      blame(`began at ${place}, before ${earliest}`);
    }
    const latest = this.#boundary({ head, oldest: history.oldest(topic) });
    if (latest !== undefined && history.isPast(latest, place) && !history.follows(latest, place, passes)) {
      blame(`began at ${place}, after ${latest}`);
    }
  }

  #boundary({ head, oldest }: Omit<Earliest, "lives">): string | undefined {
    const { start } = this.#options.kind;
    if (head === undefined || oldest === undefined || start === "oldest") return oldest;
    const offset = Math.max(offsetOf(oldest), offsetOf(head) - (typeof start === "object" ? start.last : 0));
    return this.#options.history.upTo(head).find(({ cursor }) => offsetOf(cursor) === offset)?.cursor ?? oldest;
  }
}
