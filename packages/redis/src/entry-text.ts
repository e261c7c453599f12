import type { LogEntry, LogEvent } from "@sluice/log";

/**
 * An event as the scripts get it: its lengths, so that texts can follow one another, its type and its data. In Redis the mark, the
 * time, and the bytes of all events so far stand in front of it.
 */
export const textOf = ({ type, data }: LogEvent): string => `${type.length} ${data.length} ${type}${data}`;

/** Reads entries out of a text, one after the other. */
export class EntryReader {
  readonly #text: string;
  readonly #epoch: string;
  #offset: number;
  #at: number;

  /** @param offset of the entry before the first */
  constructor(text: string, epoch: string, offset: number, at = 0) {
    this.#text = text;
    this.#epoch = epoch;
    this.#offset = offset;
    this.#at = at;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  next(): LogEntry {
    const mark = this.#word();
    const time = Number(this.#word());
    this.#word(); // the bytes, which are for retention
    const typeLength = Number(this.#word());
    const dataLength = Number(this.#word());
    const typeEnd = this.#at + typeLength;
    const type = this.#text.slice(this.#at, typeEnd);
    this.#at = typeEnd + dataLength;
    const data = this.#text.slice(typeEnd, this.#at);
    this.#offset += 1;
    return { type, data, cursor: { epoch: this.#epoch, offset: this.#offset, mark }, time };
  }

  #word(): string {
    const end = this.#text.indexOf(" ", this.#at);
    const word = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return word;
  }
}

export const readEntry = (text: string, epoch: string, offset: number): LogEntry =>
  new EntryReader(text, epoch, offset - 1).next();
