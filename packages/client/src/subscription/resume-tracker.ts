import { parseCursor } from "@sluice/contract/wire";

/**
 * What an event is to a subscriber:
 *
 * - `new`: to be applied and told.
 * - `applied`: to be dropped.
 * - `told`: handlers saw it before the snapshot that it now follows; it is folded and not told again.
 * - `diverged`: another event with its offset was told before that snapshot, so the history told was another.
 * - `foreign`: of another epoch, without a reset in between.
 */
type Step = "new" | "applied" | "told" | "diverged" | "foreign";

/** The position that a subscription has reached in its topic, and what it asks for when it opens again. PROTOCOL §8, §11. */
export interface ResumeTracker {
  /** The cursor reached. */
  readonly cursor: string | undefined;
  /** The cursor to open with. */
  readonly resumeFrom: string | undefined;
  /** `refresh` was called, and no snapshot has come since. */
  readonly isRefreshing: boolean;
  /** A stream was opened; what the last one left open, such as a reset that nothing followed, no longer counts. */
  opened(): void;
  /** Judges an event by its id, and moves nothing. `ordered` says whether ids are a log's cursors. */
  judge(id: string | undefined, ordered: boolean): Step;
  /** The event that was judged last has been applied. */
  commit(): void;
  /** The server names the position (`$at`, `$live`). Without a reset it never moves backwards. */
  moveTo(id: string | undefined, ordered: boolean): void;
  /** A snapshot's position, forwards or backwards. True: it leapt over events that nobody was told of, nor of the gap. */
  swapTo(id: string): boolean;
  /** A gap: what follows begins anywhere. The cursor stays until then, so that a cut in between is told of it again. */
  reset(): void;
  /** Opens without a cursor until the next snapshot. */
  refresh(): void;
}

export function createResumeTracker(start?: string): ResumeTracker {
  let cursor: string | undefined;
  let fresh = false;
  // The cursor taken apart: `E.` and n. Offsets are compared within one epoch only. No prefix: the next id is taken as it is.
  let prefix: string | undefined;
  let offset = -1;
  // The last event that handlers were told. It is ahead of the position only after an older snapshot was swapped in.
  let toldOffset = -1;
  let toldId: string | undefined;
  // What was read last, until it is adopted.
  let nextId: string | undefined;
  let nextPrefix: string | undefined;
  let nextOffset = -1;

  const read = (id: string | undefined, ordered: boolean): void => {
    nextId = id === undefined || id === "" || id.charCodeAt(0) === 36 /* $: reserved */ ? undefined : id;
    if (nextId === undefined || !ordered) {
      nextPrefix = undefined;
    } else if (prefix !== undefined && nextId.startsWith(prefix)) {
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
    if (nextId === undefined) return;
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
      if (prefix !== undefined) return;
      read(cursor, true);
      adopt();
    },
    judge(id, ordered) {
      read(id, ordered);
      if (prefix === undefined || nextPrefix === undefined) return "new";
      if (nextPrefix !== prefix) return "foreign";
      if (nextOffset <= offset) return "applied";
      if (nextOffset > toldOffset) return "new";
      return nextOffset === toldOffset && id !== toldId ? "diverged" : "told";
    },
    commit: adopt,
    moveTo(id, ordered) {
      read(id, ordered);
      if (prefix === undefined || nextPrefix !== prefix || nextOffset > offset) adopt();
    },
    swapTo(id) {
      fresh = false;
      read(id, true);
      const leapt = prefix !== undefined && nextId !== undefined && (nextPrefix !== prefix || nextOffset > toldOffset);
      adopt();
      return leapt;
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
