import { SluiceError } from "@sluice/contract";
import { encodeFrame, formatCursor } from "@sluice/contract/wire";
import type { Log, Position, ReadGap } from "@sluice/log";
import type { Batch, DecodedEvent } from "../fanout/batch.js";
import type { Member, Tail } from "../fanout/tail.js";
import type { Connection } from "./connection.js";

export interface LiveReaderOptions {
  readonly log: Log;
  readonly topic: string;
  readonly tail: Tail;
  readonly connection: Connection;
  /** Whether this subscriber gets an event. Absent: it gets all. */
  readonly filter: ((event: DecodedEvent) => boolean) | undefined;
  /** Makes the batch that holds the entries of a page. */
  readonly batch: (from: Position, page: Pick<Batch, "entries" | "end">) => Batch;
  /** Called for a gap after `from`: writes what the subscriber is told and answers where to go on; `undefined` if it's over. */
  readonly onGap: (gap: ReadGap, from: Position) => Promise<Position | undefined>;
  readonly onError: (error: unknown) => void;
}

/** How many entries are read at once to catch up, and how many filtered ones may pass before the position is told. */
const page = 256;

/**
 * One subscriber's place in a topic. At the head it takes the tail's batches as they are; when its socket is full, or it
 * has yet to catch up, it keeps its place and nothing else, and reads the log forward from there.
 */
export class LiveReader implements Member {
  readonly #options: LiveReaderOptions;
  #position: Position;
  /** The position that the subscriber was told last. */
  #told: number;
  #live = false;

  constructor(start: Position, options: LiveReaderOptions) {
    this.#options = options;
    this.#position = start;
    this.#told = start.offset;
    options.connection.idleFrame = () => this.#at();
    options.connection.signal.addEventListener("abort", () => options.tail.leave(this), { once: true });
  }

  /** Reads the log up to the head and joins those who stand there. */
  async catchUp(): Promise<void> {
    const { log, topic, tail, connection, batch, onGap } = this.#options;
    while (!connection.closed) {
      await connection.writable();
      const from = this.#position;
      const result = await log.read(topic, from, page);
      if (connection.closed) return;
      if (!result.ok) {
        const next = await onGap(result, from);
        if (!next) return;
        this.#position = next;
        this.#told = next.offset;
        continue;
      }
      if (result.entries.length > 0) this.#write(batch(from, result));
      if (connection.full || result.entries.length === page) continue;
      // No await from here on: between the last look at the log and joining, nothing can be missed.
      if (result.end.offset < tail.position.offset && result.end.epoch === tail.position.epoch) continue;
      this.#goLive();
      tail.join(this);
      return;
    }
  }

  deliver(batch: Batch): void {
    if (batch.end.offset <= this.#position.offset && batch.end.epoch === this.#position.epoch) return;
    try {
      if (!this.#write(batch)) this.lost();
    } catch (error) {
      this.#options.onError(error); // a filter's; the other members get the batch all the same
    }
  }

  lost(): void {
    this.#options.tail.leave(this);
    this.catchUp().catch(this.#options.onError);
  }

  #goLive(): void {
    if (this.#live) return;
    this.#live = true;
    this.#told = this.#position.offset;
    this.#options.connection.send({ kind: "live", id: formatCursor(this.#position) });
  }

  #write(batch: Batch): boolean {
    const { connection, filter } = this.#options;
    if (!filter && batch.from.offset === this.#position.offset) {
      this.#position = batch.end;
      this.#told = batch.end.offset;
      return connection.write(batch.bytes);
    }
    let frames = this.#pick(batch);
    this.#position = batch.end;
    if (batch.end.offset - this.#told >= page) frames += this.#at();
    return frames === "" ? !connection.full : connection.write(frames);
  }

  /** The frames of a batch that this subscriber has yet to get, and is to get. */
  #pick(batch: Batch): string {
    const { filter } = this.#options;
    let frames = "";
    for (const [index, { position }] of batch.entries.entries()) {
      if (position.offset <= this.#position.offset && position.epoch === this.#position.epoch) continue;
      if (filter) {
        const event = batch.event(index);
        if (!event || !filter(event)) continue;
      }
      frames += batch.frame(index);
      this.#told = position.offset;
    }
    return frames;
  }

  /** The frame that says where the position is, if it moved since it was last told. */
  #at(): string | undefined {
    if (this.#told === this.#position.offset) return undefined;
    this.#told = this.#position.offset;
    return encodeFrame({ kind: "at", id: formatCursor(this.#position) });
  }
}

export const gapError = ({ reason, oldest, head }: ReadGap) =>
  new SluiceError("gap", { data: { reason, oldest: formatCursor(oldest), head: formatCursor(head) } });
