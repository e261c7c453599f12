import { join } from "node:path";
import Database from "libsql";
import { data, publisher } from "../measure/log-service.ts";
import type { Target } from "../measure/service.ts";

/** One INSERT for each event; those of one turn of the event loop are one transaction. */
export const target: Target = {
  log({ store, topics }) {
    const database = new Database(join(store.folder, "bare.db"));
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec("CREATE TABLE entry (id INTEGER PRIMARY KEY, topic INTEGER, type TEXT, data TEXT)");
    const insert = database.prepare("INSERT INTO entry (topic, type, data) VALUES (?, ?, ?)");
    let waiting: { readonly topic: number; resolve(): void }[] = [];
    const commit = () => {
      const group = waiting;
      waiting = [];
      database.exec("BEGIN IMMEDIATE");
      for (const { topic } of group) insert.run(topic, "tick", data);
      database.exec("COMMIT");
      for (const { resolve } of group) resolve();
    };
    return publisher(
      ({ seq }) =>
        new Promise<void>((resolve) => {
          if (waiting.push({ topic: seq % topics, resolve }) === 1) setImmediate(commit);
        }),
    );
  },
};
