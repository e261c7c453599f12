import { type AnySubscription, coderOf, freezeShared } from "@sluice/contract";
import { formatCursor } from "@sluice/contract/wire";
import type { LogEntry, Position } from "@sluice/log";
import { frameOf, isLast } from "./entry.js";
import { SharedBytes } from "./shared-bytes.js";

/** An event as filters and in-process readers see it. */
export interface DecodedEvent {
  readonly type: string;
  readonly data: unknown;
  readonly id: string;
}

/** An event's data as code sees it; `undefined` if this contract doesn't know the event, as during a deploy. */
export function decodeEvent({ events }: AnySubscription, type: string, json: string): { data: unknown } | undefined {
  if (!Object.hasOwn(events, type)) return undefined;
  try {
    return { data: coderOf(events[type]).decode(JSON.parse(json)) };
  } catch {
    return undefined;
  }
}

/** What stands around data, type, epoch and mark in a frame: the names of its lines, and an offset of at most 16 digits. */
const around = 23 + 16;

/** Bytes of an entry's frame, or a few more: known before it is encoded. */
export const sizeOf = ({ type, data, position: { epoch, mark } }: LogEntry) =>
  Buffer.byteLength(data) + Buffer.byteLength(type) + epoch.length + mark.length + around;

/**
 * Entries that follow one another, encoded once for however many subscribers get them: the bytes of all together, and,
 * for those who get only some, the frame and the decoded event of each. Everything is made when it is first asked for.
 * What somebody has appended after the topic's end is left out.
 */
export class Batch {
  readonly entries: readonly LogEntry[];
  /** Where a reader has to be for the whole batch to be its next bytes. */
  readonly from: Position;
  readonly end: Position;
  /** Whether nothing can follow it in its topic. */
  readonly isLast: boolean;
  readonly procedure: AnySubscription;
  #size: number | undefined;
  #bytes: SharedBytes | undefined;
  #laned: { readonly lane: number; readonly bytes: SharedBytes } | undefined;
  #frames: readonly string[] | undefined;
  #events: (DecodedEvent | null | undefined)[] = [];

  constructor(procedure: AnySubscription, from: Position, entries: readonly LogEntry[], end: Position) {
    this.procedure = procedure;
    this.from = from;
    const last = entries.findIndex(isLast);
    this.isLast = last >= 0;
    this.entries = this.isLast ? entries.slice(0, last + 1) : entries;
    this.end = this.entries[last]?.position ?? end;
  }

  /** Bytes of all its frames, or a few more. */
  get size(): number {
    this.#size ??= this.entries.reduce((size, entry) => size + sizeOf(entry), 0);
    return this.#size;
  }

  /** Whether a reader who is at `position` goes on in this history, as far as these entries show. */
  isFollowedFrom({ epoch, offset, mark }: Position): boolean {
    const { from, end, entries } = this;
    if (epoch !== from.epoch || offset < from.offset) return false;
    const place = offset === from.offset ? from : entries[offset - from.offset - 1]?.position;
    return offset > end.offset || place?.mark === mark;
  }

  /** All its frames, for plain streams. */
  get bytes(): SharedBytes {
    this.#bytes ??= this.#encode(undefined);
    return this.#bytes;
  }

  /** All its frames, for lanes of a number. Those of a topic have the same on all streams, so that one encoding is kept. */
  bytesIn(lane: number): SharedBytes {
    if (this.#laned?.lane !== lane) this.#laned = { lane, bytes: this.#encode(lane) };
    return this.#laned.bytes;
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

  /** `undefined` for an event that this contract doesn't know: no filter can judge it. */
  event(index: number): DecodedEvent | undefined {
    let event = this.#events[index];
    if (event === undefined) {
      const { type, data, position } = this.entries[index] as LogEntry;
      const decoded = decodeEvent(this.procedure, type, data);
      event = decoded ? { type, ...decoded, id: formatCursor(position) } : null;
      freezeShared(event); // all subscribers' filters get it
      this.#events[index] = event;
    }
    return event ?? undefined;
  }
}
