import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Cursor, LogEntry } from "../../../packages/log/src/log.js";

/** What a process has seen of the log, or has to say. */
export type Line =
  | {
      readonly kind: "entries";
      /** The answer in which they came. */
      readonly by: "append" | "read" | "wake-up";
      readonly topic: string;
      /** The cursor before the first; absent if it was not seen. */
      readonly before?: Cursor | undefined;
      readonly entries: readonly LogEntry[];
    }
  /** There is nothing before this cursor any more. */
  | { readonly kind: "oldest"; readonly topic: string; readonly cursor: Cursor }
  /** There is nothing before this entry any more. */
  | { readonly kind: "first"; readonly topic: string; readonly cursor: Cursor }
  | { readonly kind: "head"; readonly topic: string; readonly cursor: Cursor }
  | { readonly kind: "saved"; readonly topic: string; readonly cursor: Cursor; readonly data: string }
  /** The store has lost what followed this cursor. */
  | { readonly kind: "lost"; readonly topic: string; readonly cursor: Cursor }
  /** A generator has begun, in this life of its topic. */
  | { readonly kind: "began"; readonly run: string; readonly epoch: string }
  | { readonly kind: "blame"; readonly what: string };

/**
 * A file to which all processes of a run append, before they show anybody what they say there. So who is killed has said all that it
 * showed, and who was shown something finds it here.
 */
export class Journal {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(64 * 1024);
  #at = 0;
  #rest = "";

  constructor(path: string) {
    this.#fd = openSync(path, "a+");
  }

  /** A line has its own beginning: the one before it may be torn, if its process was killed. */
  write(line: Line): void {
    writeSync(this.#fd, `\n${JSON.stringify(line)}\n`);
  }

  /** Reads what is new. */
  pull(take: (line: Line) => void): void {
    let isNew = false;
    for (;;) {
      const read = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, this.#at);
      if (read === 0) break;
      this.#at += read;
      this.#rest += this.#buffer.toString("latin1", 0, read);
      isNew = true;
    }
    if (!isNew) return;
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() as string;
    for (const text of lines) {
      const line = text === "" ? undefined : parsed(text);
      if (line) take(line);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Nothing that was torn was shown to anybody. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
