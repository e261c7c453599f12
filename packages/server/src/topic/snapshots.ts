import { type AnySubscription, SluiceError } from "@sluice/contract";
import { encodeFrame, formatCursor, type SnapshotFrame } from "@sluice/contract/wire";
import type { Log, Position } from "@sluice/log";
import type { Lifetime } from "../time/lifetime.js";
import { isSameCursor } from "./same-cursor.js";
import { SharedBytes } from "./shared-bytes.js";
import type { FoldedState } from "./topic-state.js";
import type { TopicStates } from "./topic-states.js";

/** Most encoded snapshots of one topic at a time. */
const most = 2;
/** Up to so many characters a socket has a snapshot to itself, as it may have as many bytes of anything. */
const short = 16 * 1024;

/** Where a snapshot goes: a lane. */
export interface SnapshotReceiver {
  send(frame: SnapshotFrame): boolean;
  sendShared(frame: SharedBytes): void;
  cut(): void;
}

/** A state that is ready to be sent. It is held until it is released, or its subscriber's lifetime is over. */
export interface TakenSnapshot {
  readonly position: Position;
  send(receiver: SnapshotReceiver): void;
  /** To be called when it is on its way. */
  release(): void;
}

/** The bytes of a `$snapshot`, and who has yet to take them. */
interface Encoded {
  readonly position: Position;
  readonly bytes: SharedBytes;
  readonly holders: Set<Holder>;
  onFree(): void;
}

interface Holder {
  receiver: SnapshotReceiver | undefined;
}

export interface SnapshotSources {
  readonly log: Log;
  readonly states: TopicStates;
  readonly limits: { readonly catchUpEvents: number; readonly snapshotBytes: number };
}

/**
 * The encoded snapshots that sockets have yet to take. A state may have megabytes, and those who don't read it come at any
 * place of a busy topic: two of a topic are enough, as whoever comes can be sent the newer one, and the events since.
 */
export class Snapshots {
  readonly #sources: SnapshotSources;
  /** Of each topic, the older one first. */
  readonly #shared = new Map<string, Encoded[]>();
  #size = 0;

  constructor(sources: SnapshotSources) {
    this.#sources = sources;
  }

  /** Bytes of all that are held. */
  get size(): number {
    return this.#size;
  }

  /** @throws SluiceError `unavailable` where the limit is reached. */
  async ofTopic(topic: string, procedure: AnySubscription, lifetime: Lifetime): Promise<TakenSnapshot> {
    for (;;) {
      const [older, newer] = this.#of(topic);
      if (older && newer) {
        const isFollowed = await this.#isFollowed(topic, newer.position);
        if (!this.#of(topic).includes(newer)) continue; // it was freed meanwhile
        if (isFollowed) return take(newer, lifetime);
        this.#giveUp(older);
      }
      const folded = await this.#sources.states.of(topic, procedure).current();
      if (folded.json.length <= short) return takeShort(folded);
      const held = this.#of(topic);
      const same = held.find(({ position }) => isSameCursor(position, folded.position));
      if (same) return take(same, lifetime);
      if (held.length < most) return take(this.#share(topic, this.#encode(folded)), lifetime);
    }
  }

  /**
   * A state that is one subscriber's alone.
   *
   * @throws SluiceError `unavailable` where the limit is reached.
   */
  ofOne(folded: FoldedState, lifetime: Lifetime): TakenSnapshot {
    return folded.json.length <= short ? takeShort(folded) : take(this.#encode(folded), lifetime);
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

  /** One that nothing else is held beside is let through, however long it is. */
  #encode(folded: FoldedState): Encoded {
    const bytes = new SharedBytes(encodeFrame(snapshotFrame(folded)));
    const { length } = bytes.chunked;
    if (this.#size > 0 && this.#size + length > this.#sources.limits.snapshotBytes) throw full();
    this.#size += length;
    const onFree = () => {
      this.#size -= length;
    };
    return { position: folded.position, bytes, holders: new Set(), onFree };
  }

  /** Whether the events after a snapshot are still there, and no more than anybody is caught up with. */
  async #isFollowed(topic: string, position: Position): Promise<boolean> {
    const { log, limits } = this.#sources;
    const { page: read } = await log.open(topic, { from: position, limit: 0 });
    return read.ok && read.head.offset - position.offset <= limits.catchUpEvents;
  }

  /** Cuts those who have yet to take it: what follows it is gone, so they would have to begin anew when they have it. */
  #giveUp(encoded: Encoded): void {
    const holders = [...encoded.holders];
    encoded.holders.clear();
    encoded.onFree();
    for (const { receiver } of holders) receiver?.cut();
  }
}

function take(encoded: Encoded, lifetime: Lifetime): TakenSnapshot {
  const { position, bytes, holders } = encoded;
  const holder: Holder = { receiver: undefined };
  holders.add(holder);
  const mortal = { onEnd: () => release() };
  const release = () => {
    lifetime.unwatch(mortal);
    if (holders.delete(holder) && holders.size === 0) encoded.onFree();
  };
  lifetime.watch(mortal);
  return {
    position,
    send(receiver) {
      holder.receiver = receiver;
      receiver.sendShared(bytes);
    },
    release,
  };
}

const takeShort = (folded: FoldedState): TakenSnapshot => ({
  position: folded.position,
  send: (receiver) => void receiver.send(snapshotFrame(folded)),
  release() {},
});

const snapshotFrame = ({ position, json }: FoldedState): SnapshotFrame => ({
  kind: "snapshot",
  data: json,
  id: formatCursor(position),
});

const full = () =>
  new SluiceError("unavailable", { message: "Too many states wait to be read already", retryAfter: 5_000 });
