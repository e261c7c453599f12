import type { AnySubscription } from "@sluice/contract";
import { coderOf, freezeShared } from "@sluice/contract/internal";
import { formatCursor } from "@sluice/contract/wire";
import type { Cursor, LogEntry } from "@sluice/log";
import { endsSubscribers, frameOf, sourced } from "./entry.js";
import { SharedBytes } from "./shared-bytes.js";
import { byteLength } from "./utf8.js";

/** An event as filters see it. */
export interface DecodedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly id: string;
}

/** Decodes an event's data. `undefined` if this contract does not know the event, as during a deploy. */
function decodeEvent({ events }: AnySubscription, type: string, json: string): { data: unknown } | undefined {
  if (!Object.hasOwn(events, type)) return undefined;
  try {
    return { data: coderOf(events[type]).decode(JSON.parse(json)) };
  } catch {
    return undefined;
  }
}

/** Most bytes in a frame besides data, type, epoch and mark: the field names, and an offset of up to 16 digits. */
const frameOverhead = 23 + 16;

/** An upper bound of the bytes of an entry's frame. Known before encoding. */
export const sizeOf = ({ type, data, cursor: { epoch, mark } }: LogEntry) =>
  byteLength(data) + byteLength(type) + epoch.length + mark.length + frameOverhead;

/**
 * Consecutive entries, encoded once for all subscribers: the bytes of all together and, for filtered subscribers, the
 * frame and the decoded event of each. Everything is created on first use. Entries after one that ends subscribers are left out.
 */
export class Batch {
  readonly entries: readonly LogEntry[];
  /** The cursor before the first entry: a reader there can take the whole batch. */
  readonly from: Cursor;
  readonly end: Cursor;
  /** Whether it ends its subscribers. */
  readonly isLast: boolean;
  /** Whether it ends only those who subscribed before, and not the topic. */
  readonly isFailure: boolean;
  readonly procedure: AnySubscription;
  #size: number | undefined;
  #bytes: SharedBytes | undefined;
  /** The last encoding for an even number, and for an odd one. */
  #laned: { readonly lane: number; readonly bytes: SharedBytes }[] | undefined;
  #frames: readonly string[] | undefined;
  #events: (DecodedEvent | null | undefined)[] = [];

  constructor(procedure: AnySubscription, from: Cursor, entries: readonly LogEntry[], end: Cursor) {
    this.procedure = procedure;
    this.from = from;
    const last = entries.findIndex(endsSubscribers);
    this.isLast = last >= 0;
    this.isFailure = this.isLast && sourced.isFailure(entries[last] as LogEntry);
    this.entries = this.isLast ? entries.slice(0, last + 1) : entries;
    this.end = this.entries[last]?.cursor ?? end;
  }

  /** An upper bound of the bytes of all its frames. */
  get size(): number {
    this.#size ??= this.entries.reduce((size, entry) => size + sizeOf(entry), 0);
    return this.#size;
  }

  /** Whether a reader at `cursor` shares this history, as far as these entries show. */
  isFollowedFrom({ epoch, offset, mark }: Cursor): boolean {
    const { from, end, entries } = this;
    if (epoch !== from.epoch || offset < from.offset) return false;
    const place = offset === from.offset ? from : entries[offset - from.offset - 1]?.cursor;
    return offset > end.offset || place?.mark === mark;
  }

  /** All its frames, for plain streams. */
  get bytes(): SharedBytes {
    this.#bytes ??= this.#encode(undefined);
    return this.#bytes;
  }

  /**
   * All its frames, for lanes with this number. The topic's own number, which is even, is the same on all streams; others must
   * not take its place in the cache.
   */
  bytesIn(lane: number): SharedBytes {
    this.#laned ??= [];
    const slot = lane % 2;
    if (this.#laned[slot]?.lane !== lane) this.#laned[slot] = { lane, bytes: this.#encode(lane) };
    return this.#laned[slot].bytes;
  }

  #encode(lane: number | undefined): SharedBytes {
    let text = "";
    for (const entry of this.entries) text += frameOf(entry, lane);
    return new SharedBytes(text);
  }

  /** @param lane see `frameOf` */
  frame(index: number, lane?: number): string {
    if (lane !== undefined) return frameOf(this.entries[index] as LogEntry, lane);
    this.#frames ??= this.entries.map((entry) => frameOf(entry));
    return this.#frames[index] as string;
  }

  /** `undefined` for an event that this contract does not know: no filter can judge it. */
  event(index: number): DecodedEvent | undefined {
    let event = this.#events[index];
    if (event === undefined) {
      const { type, data, cursor } = this.entries[index] as LogEntry;
      const decoded = decodeEvent(this.procedure, type, data);
      event = decoded ? { type, ...decoded, id: formatCursor(cursor) } : null;
      freezeShared(event); // all subscribers' filters share it
      this.#events[index] = event;
    }
    return event ?? undefined;
  }
}
