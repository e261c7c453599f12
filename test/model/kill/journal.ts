import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Log } from "@sluice/server";
import type { Cursor, LogEntry } from "../../../packages/log/src/log.js";
import { openMemoryLog } from "../../../packages/log/src/memory/engine.js";
import { resolveOptions } from "../../../packages/log/src/memory/options.js";
import { Topics } from "../../../packages/log/src/memory/topics.js";
import type { History } from "../history.js";

interface Line {
  /** The entries appended to a topic, and the cursor before them. */
  readonly topic: string;
  readonly after: Cursor;
  readonly entries: readonly LogEntry[];
  /** The cursor before the oldest entry that is left. */
  readonly oldest: Cursor;
}

interface Complaint {
  readonly blame: string;
}

/** A server's record of its log, which survives it. */
export interface Journal {
  /** A memory log: an append is in the file before anyone can read it. */
  readonly log: Log;
  blame(what: string): void;
}

/** The writes are synchronous, so a killed server has recorded everything that it showed. */
export function writeJournal(path: string, history: History): Journal {
  const file = openSync(path, "a");
  const write = (line: Line | Complaint) => void writeSync(file, `${JSON.stringify(line)}\n`);
  const topics = new Topics(resolveOptions({ retain: { events: 100, bytes: 1_000_000 } }));
  const log = openMemoryLog(topics);
  return {
    log: {
      ...log,
      append(topic, events, options) {
        const after = topics.open(topic).head;
        const appending = log.append(topic, events, options);
        const { head, before: oldest } = topics.open(topic);
        if (head.offset > after.offset) {
          const entries = topics.open(topic).entriesAfter(after.offset, events.length);
          history.add(topic, after, entries);
          history.drop(topic, oldest);
          write({ topic, after, entries, oldest });
        }
        return appending;
      },
    },
    blame: (what) => write({ blame: what }),
  };
}

/** The journals of all servers so far. */
export class Journals {
  readonly #files: { readonly fd: number; rest: string }[] = [];
  readonly #buffer = Buffer.alloc(64 * 1024);

  open(path: string): void {
    this.#files.push({ fd: openSync(path, "a+"), rest: "" });
  }

  /** Adds new journal lines to a history. */
  pull(history: History, blame: (what: string) => void): void {
    for (const file of this.#files) {
      for (let read = readSync(file.fd, this.#buffer); read > 0; read = readSync(file.fd, this.#buffer)) {
        file.rest += this.#buffer.toString("latin1", 0, read);
      }
      const lines = file.rest.split("\n");
      file.rest = lines.pop() as string; // nobody has seen the entries of an incomplete line
      for (const text of lines) {
        const line: Line | Complaint = JSON.parse(text);
        if ("blame" in line) {
          blame(line.blame);
        } else {
          history.add(line.topic, line.after, line.entries);
          history.drop(line.topic, line.oldest);
        }
      }
    }
  }

  close(): void {
    for (const { fd } of this.#files.splice(0)) closeSync(fd);
  }
}
