/** How much the journal holds. */
export interface JournalLimits {
  /** Entries of all its rows, also those that are moved already. */
  readonly entries: number;
  /** Characters of all its rows. */
  readonly length: number;
  /** Entries of one topic, and their bytes. */
  readonly topicEntries: number;
  readonly topicBytes: number;
  /** Milliseconds after which entries are moved, though there is room. */
  readonly age: number;
}

export const journalLimits: JournalLimits = {
  entries: 32_768,
  length: 12 * 1024 * 1024,
  topicEntries: 256,
  topicBytes: 64 * 1024,
  age: 60_000,
};
