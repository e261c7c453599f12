/** What a row has of one topic: entries up to `last`. */
export interface Part {
  readonly id: number;
  readonly name: string;
  readonly last: number;
}

/** A row of the journal, without its entries. */
export interface SpannedRow {
  readonly seq: number;
  readonly time: number;
  readonly entries: number;
  readonly length: number;
  readonly parts: readonly Part[];
}

/** The rows that the journal has, the oldest first. */
export class Span {
  #rows: SpannedRow[] = [];
  entries = 0;
  /** Characters of all rows. */
  length = 0;

  get rows(): readonly SpannedRow[] {
    return this.#rows;
  }

  get last(): SpannedRow | undefined {
    return this.#rows.at(-1);
  }

  push(row: SpannedRow): void {
    this.#rows.push(row);
    this.#count(row, 1);
  }

  /** Takes the rows before this one out. */
  takeBefore(seq: number): SpannedRow[] {
    let count = 0;
    while ((this.#rows[count]?.seq ?? seq) < seq) count += 1;
    const taken = count === 0 ? [] : this.#rows.splice(0, count);
    for (const row of taken) this.#count(row, -1);
    return taken;
  }

  clear(): void {
    this.#rows = [];
    this.entries = 0;
    this.length = 0;
  }

  /** A row without entries counts as one. */
  #count({ entries, length }: SpannedRow, sign: 1 | -1): void {
    this.entries += sign * Math.max(entries, 1);
    this.length += sign * length;
  }
}
