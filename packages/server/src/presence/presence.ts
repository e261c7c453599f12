import { Lifetime } from "../time/lifetime.js";
import type { TimerWheel } from "../time/timer-wheel.js";
import { Attendance } from "./attendance.js";

export interface PresenceOptions {
  readonly wheel: TimerWheel;
  /** Milliseconds that a visit lasts after the last stream of it has ended. */
  readonly linger: number;
  /**
   * Most visits that have no stream any more. Beyond it, the one that was left longest ago ends before its time. (Those that have
   * streams are bounded by the limits of streams and subscriptions.)
   */
  readonly maxLingering: number;
}

/**
 * Tells when somebody comes and goes, where streams come and go more often: a client reconnects, and has several tabs. A visit
 * lasts from its first stream until some time after its last one.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #visits = new Map<string, Visit>();
  /** The visits that have no stream, in the order in which they were left. */
  readonly #lingering = new Set<Visit>();
  readonly #ofStreams = new WeakMap<Lifetime, Visit>();
  /** Visits of nobody in particular: no other stream can be of the same. */
  readonly #anonymous = new Set<Visit>();
  #isClosed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /**
   * Counts a stream, for as long as it lasts.
   *
   * @param key whose visit it is; `undefined`: one of its own
   * @param begin called with the visit's lifetime if this is its first stream
   */
  enter(key: string | undefined, stream: Lifetime, begin: (visit: Lifetime) => void): void {
    if (this.#isClosed) return;
    const known = key === undefined ? undefined : this.#visits.get(key);
    const visit = known ?? this.#open(key);
    this.#lingering.delete(visit);
    this.#ofStreams.set(stream, visit);
    visit.attach(stream);
    if (!known) begin(visit.lifetime);
  }

  /** A stream has ended for good: if it was the last of its visit, nobody is waited for. */
  expel(stream: Lifetime): void {
    const visit = this.#ofStreams.get(stream);
    if (visit?.isEmpty) visit.end();
  }

  /** Number of visits. */
  get size(): number {
    return this.#visits.size + this.#anonymous.size;
  }

  /** Ends all visits at once, and begins no more. */
  close(): void {
    this.#isClosed = true;
    for (const visit of [...this.#visits.values(), ...this.#anonymous]) visit.end();
  }

  #open(key: string | undefined): Visit {
    const { wheel, linger } = this.#options;
    const visit: Visit = new Visit(wheel, linger, {
      onLeft: () => this.#linger(visit),
      onOver: () => {
        this.#lingering.delete(visit);
        this.#anonymous.delete(visit);
        if (key !== undefined) this.#visits.delete(key);
      },
    });
    if (key === undefined) this.#anonymous.add(visit);
    else this.#visits.set(key, visit);
    return visit;
  }

  #linger(visit: Visit): void {
    this.#lingering.add(visit);
    const [oldest] = this.#lingering;
    if (this.#lingering.size > this.#options.maxLingering) oldest?.end();
  }
}

interface VisitListener {
  onLeft(): void;
  onOver(): void;
}

class Visit extends Attendance {
  readonly lifetime = new Lifetime();
  readonly #listener: VisitListener;

  constructor(wheel: TimerWheel, linger: number, listener: VisitListener) {
    super(wheel, linger, () => this.end());
    this.#listener = listener;
  }

  override onEnd(): void {
    super.onEnd();
    if (this.isEmpty && !this.lifetime.over) this.#listener.onLeft();
  }

  end(): void {
    if (this.lifetime.over) return;
    this.close();
    this.#listener.onOver();
    this.lifetime.end();
  }
}
