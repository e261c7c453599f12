import { type AnySubscription, SluiceError } from "@sluice/contract";
import { encodeFrame, formatCursor, type SnapshotFrame } from "@sluice/contract/wire";
import type { Cursor } from "@sluice/log";
import type { Lifetime } from "../time/lifetime.js";
import { isSameCursor } from "./same-cursor.js";
import { SharedBytes } from "./shared-bytes.js";
import type { Tail } from "./tail.js";
import type { FoldedState } from "./topic-state.js";
import type { TopicStates } from "./topic-states.js";
import type { Look } from "./trail.js";

/** Entries that are read at once after a snapshot. */
const pageLength = 256;
/** Most encoded snapshots per topic. */
const maxPerTopic = 2;
/** Up to this many characters, each socket gets its own copy: it may buffer as much of anything. */
const maxUnsharedLength = 16 * 1024;

/** The lane that a snapshot is sent to. */
export interface SnapshotReceiver {
  send(frame: SnapshotFrame): boolean;
  sendShared(frame: SharedBytes): void;
  cut(): void;
}

/** A state that is ready to be sent. It is held until `release()`, or until its subscriber's lifetime ends. */
export interface TakenSnapshot {
  readonly cursor: Cursor;
  send(receiver: SnapshotReceiver): void;
  /** Call it when the snapshot is sent. */
  release(): void;
}

/** A state that a subscriber starts with. */
export interface StateStart {
  readonly cursor: Cursor;
  readonly state: TakenSnapshot;
  /** What was read of the topic after it. Absent: nothing was. */
  readonly look?: Look | undefined;
}

/** The bytes of a `$snapshot`, and the subscribers that have not taken them yet. */
interface Encoded {
  readonly cursor: Cursor;
  readonly bytes: SharedBytes;
  readonly holders: Set<Holder>;
  onFree(): void;
}

interface Holder {
  receiver: SnapshotReceiver | undefined;
}

export interface SnapshotSources {
  readonly states: TopicStates;
  readonly limits: { readonly catchUpEvents: number; readonly snapshotBytes: number };
}

/**
 * The encoded snapshots that sockets have not taken yet. A state may have megabytes, and slow readers may join a busy
 * topic at any cursor. Two snapshots per topic are enough: a new subscriber gets the newer one, and the events after
 * it.
 */
export class Snapshots {
  readonly #sources: SnapshotSources;
  /** Per topic, oldest first. */
  readonly #shared = new Map<string, Encoded[]>();
  #size = 0;

  constructor(sources: SnapshotSources) {
    this.#sources = sources;
  }

  /** Bytes of all held snapshots. */
  get size(): number {
    return this.#size;
  }

  /**
   * @param gap what was read of the topic, if that was a gap: it may contain the log's snapshot
   * @throws SluiceError `unavailable` if the limit is reached.
   */
  async ofTopic(tail: Tail, procedure: AnySubscription, lifetime: Lifetime, gap?: Look): Promise<StateStart> {
    const { topic } = tail;
    const opened = gap && fromSnapshot(gap);
    for (;;) {
      const [older, newer] = this.#of(topic);
      if (older && newer) {
        const look = await tail.look({ from: newer.cursor, limit: pageLength });
        if (!this.#of(topic).includes(newer)) continue; // it was freed meanwhile
        if (this.#isFollowed(newer, look)) return startOf(take(newer, lifetime), look);
        this.#cutHolders(older);
      }
      await tail.ready; // the tail is told of everything that is appended after this read
      const end = gap?.opened ? gap.opened.page.head : tail.end;
      const { step } = gap ?? tail;
      const folded = await this.#sources.states.of(topic, procedure).current({ end, opened });
      const look = folded.rest ? tail.saw(step, { page: folded.rest }) : { step };
      if (folded.json.length <= maxUnsharedLength) return startOf(takeShort(folded), look);
      const held = this.#of(topic);
      const same = held.find(({ cursor }) => isSameCursor(cursor, folded.cursor));
      if (same) return startOf(take(same, lifetime), look);
      if (held.length < maxPerTopic) return startOf(take(this.#share(topic, this.#encode(folded)), lifetime), look);
    }
  }

  /**
   * Encodes a state for one subscriber only.
   *
   * @throws SluiceError `unavailable` if the limit is reached.
   */
  ofOne(folded: FoldedState, lifetime: Lifetime): TakenSnapshot {
    return folded.json.length <= maxUnsharedLength ? takeShort(folded) : take(this.#encode(folded), lifetime);
  }

  #of(topic: string): readonly Encoded[] {
    return this.#shared.get(topic) ?? [];
  }

  #share(topic: string, encoded: Encoded): Encoded {
    const { onFree } = encoded;
    encoded.onFree = () => {
      const rest = this.#of(topic).filter((each) => each !== encoded);
      if (rest.length > 0) this.#shared.set(topic, rest);
      else this.#shared.delete(topic);
      onFree();
    };
    this.#shared.set(topic, [...this.#of(topic), encoded]);
    return encoded;
  }

  /** A snapshot of any size is allowed if no other is held. */
  #encode(folded: FoldedState): Encoded {
    const bytes = new SharedBytes(encodeFrame(snapshotFrame(folded)));
    const { length } = bytes.chunked;
    if (this.#size > 0 && this.#size + length > this.#sources.limits.snapshotBytes) throw limitReached();
    this.#size += length;
    const onFree = () => {
      this.#size -= length;
    };
    return { cursor: folded.cursor, bytes, holders: new Set(), onFree };
  }

  /** Whether the log still has all events after a snapshot, and no more of them than `catchUpEvents`. */
  #isFollowed({ cursor }: Encoded, { opened }: Look): boolean {
    const { catchUpEvents } = this.#sources.limits;
    return opened?.page.ok === true && opened.page.head.offset - cursor.offset <= catchUpEvents;
  }

  /** Cuts the lanes that have not taken it yet: the events after it are gone, so they must start over anyway. */
  #cutHolders(encoded: Encoded): void {
    const holders = [...encoded.holders];
    encoded.holders.clear();
    encoded.onFree();
    for (const { receiver } of holders) receiver?.cut();
  }
}

function take(encoded: Encoded, lifetime: Lifetime): TakenSnapshot {
  const { cursor, bytes, holders } = encoded;
  const holder: Holder = { receiver: undefined };
  holders.add(holder);
  const endListener = { onEnd: () => release() };
  const release = () => {
    lifetime.unwatch(endListener);
    if (holders.delete(holder) && holders.size === 0) encoded.onFree();
  };
  lifetime.watch(endListener);
  return {
    cursor,
    send(receiver) {
      holder.receiver = receiver;
      receiver.sendShared(bytes);
    },
    release,
  };
}

const fromSnapshot = ({ opened }: Look) =>
  opened?.afterSnapshot && { snapshot: opened.snapshot, page: opened.afterSnapshot };

const startOf = (state: TakenSnapshot, look: Look): StateStart => ({ cursor: state.cursor, state, look });

const takeShort = (folded: FoldedState): TakenSnapshot => ({
  cursor: folded.cursor,
  send: (receiver) => void receiver.send(snapshotFrame(folded)),
  release() {},
});

const snapshotFrame = ({ cursor, json }: FoldedState): SnapshotFrame => ({
  kind: "snapshot",
  data: json,
  id: formatCursor(cursor),
});

const limitReached = () =>
  new SluiceError("unavailable", { message: "Too many snapshots are waiting to be sent", retryAfter: 5_000 });
