import type { TopicFrame } from "../transport/transport.js";

type Kept = Extract<TopicFrame, { kind: "event" | "at" }>;

/** A feed's latest frames, for lanes that are a little behind. */
export interface Ring {
  push(frame: Kept): void;
  /** Forgets all frames: those that follow come after `cursor`. */
  restart(cursor: string | undefined): void;
  /** All frames after a cursor; `undefined` if the ring doesn't have them all. */
  after(cursor: string): readonly Kept[] | undefined;
}

// Per feed.
const maxFrames = 1_000;
const maxCharacters = 64 * 1024;

/** Two halves: when the younger one is full, the older one is dropped, and no frame is moved. */
export function createRing(start: string | undefined): Ring {
  let base = start;
  let older: Kept[] = [];
  let younger: Kept[] = [];
  let characters = 0;

  function restart(cursor: string | undefined): void {
    base = cursor;
    older = [];
    younger = [];
    characters = 0;
  }

  return {
    restart,
    push(frame) {
      const length = frame.kind === "event" ? frame.data.length : 0;
      if (length > maxCharacters / 2) return restart(frame.id);
      if (younger.length >= maxFrames / 2 || characters + length > maxCharacters / 2) {
        base = older.findLast(({ id }) => id !== undefined)?.id ?? base;
        older = younger;
        younger = [];
        characters = 0;
      }
      younger.push(frame);
      characters += length;
    },
    after(cursor) {
      const inYounger = younger.findLastIndex(({ id }) => id === cursor);
      if (inYounger >= 0) return younger.slice(inYounger + 1);
      const inOlder = older.findLastIndex(({ id }) => id === cursor);
      if (inOlder < 0 && cursor !== base) return undefined;
      return [...older.slice(inOlder + 1), ...younger];
    },
  };
}
