import { parseCursor } from "@sluice/contract/wire";

/**
 * What to do with an event:
 *
 * - `new`: apply it and call handlers.
 * - `applied`: drop it.
 * - `told`: fold it without calling handlers, who got it before the snapshot that it now follows.
 * - `diverged`: like `new`, after a reset: before that snapshot, handlers got another event with this offset.
 * - `foreign`: fail, as it is of another epoch without a reset in between.
 */
type Step = "new" | "applied" | "told" | "diverged" | "foreign";

/** What a client has applied of a topic, and where it resumes. PROTOCOL §8, §11. */
export interface ResumeTracker {
  /** The cursor reached. */
  readonly cursor: string | undefined;
  /** The cursor to open with. */
  readonly resumeFrom: string | undefined;
  /** `refresh` was called, and no snapshot has come since. */
  readonly isRefreshing: boolean;
  /** A stream was opened. A reset of an earlier stream that nothing followed no longer counts. */
  opened(): void;
  /** Judges an event by its id, without moving. `ordered` says whether ids are cursors of a log. */
  judge(id: string | undefined, ordered: boolean): Step;
  /** Moves to the event that was judged last: it has been applied. */
  commit(): void;
  /** Moves to the cursor of `$at` or `$live`, but not backwards without a reset. */
  moveTo(id: string | undefined, ordered: boolean): void;
  /** Moves to a snapshot's cursor, also backwards. True: it skipped events, and handlers know of no gap. */
  swapTo(id: string): boolean;
  /**
   * A gap: the next cursor may be any. The old one stays until then, so that after a cut the server reports the gap
   * again.
   */
  reset(): void;
  /** Opens without a cursor until the next snapshot. */
  refresh(): void;
}

export function createResumeTracker(start?: string): ResumeTracker {
  let cursor: string | undefined;
  let fresh = false;
  // The parsed cursor: `E.` and n. Offsets are compared within one epoch only. Without a prefix any id may follow.
  let prefix: string | undefined;
  let offset = -1;
  // The last event that handlers got. It is ahead of the cursor only after an older snapshot.
  let toldOffset = -1;
  let toldId: string | undefined;
  // The id that was read last, until it is adopted.
  let nextId: string | undefined;
  let nextPrefix: string | undefined;
  let nextOffset = -1;

  const read = (id: string | undefined, ordered: boolean): void => {
    nextId = id && !id.startsWith("$") /* reserved */ ? id : undefined;
    if (!nextId || !ordered) {
      nextPrefix = undefined;
    } else if (prefix && nextId.startsWith(prefix)) {
      nextPrefix = prefix;
      nextOffset = Number.parseInt(nextId.slice(prefix.length), 10);
    } else {
      const parsed = parseCursor(nextId);
      if (!parsed) nextId = undefined;
      nextPrefix = parsed && `${parsed.epoch}.`;
      nextOffset = parsed?.offset ?? -1;
    }
  };
  const adopt = (): void => {
    if (!nextId) return;
    if (nextPrefix !== prefix) toldOffset = -1;
    cursor = nextId;
    prefix = nextPrefix;
    offset = nextOffset;
    if (offset < toldOffset) return;
    toldOffset = offset;
    toldId = nextId;
  };

  read(start, false);
  adopt();

  return {
    get cursor() {
      return cursor;
    },
    get resumeFrom() {
      return fresh ? undefined : cursor;
    },
    get isRefreshing() {
      return fresh;
    },
    opened() {
      if (prefix) return;
      read(cursor, true);
      adopt();
    },
    judge(id, ordered) {
      read(id, ordered);
      if (!prefix || !nextPrefix) return "new";
      if (nextPrefix !== prefix) return "foreign";
      if (nextOffset <= offset) return "applied";
      if (nextOffset > toldOffset) return "new";
      return nextOffset === toldOffset && id !== toldId ? "diverged" : "told";
    },
    commit: adopt,
    moveTo(id, ordered) {
      read(id, ordered);
      if (!prefix || nextPrefix !== prefix || nextOffset > offset) adopt();
    },
    swapTo(id) {
      fresh = false;
      read(id, true);
      const leapt = prefix && nextId && (nextPrefix !== prefix || nextOffset > toldOffset);
      adopt();
      return Boolean(leapt);
    },
    reset() {
      prefix = undefined;
      toldOffset = -1;
    },
    refresh() {
      fresh = true;
    },
  };
}
