import type { ServerResponse } from "node:http";
import { join } from "node:path";
import Database from "libsql";
import { eventStream, type Target } from "../measure/service.ts";
import { frameWithId } from "./baseline.ts";

/** Milliseconds between two looks at the table. */
const every = 5;

/** Two processes and one table, written by hand: who reads looks again and again. */
export const target: Target = {
  live(store) {
    if (!store) throw new Error("There is no store.");
    const database = new Database(join(store.folder, "bare.db"));
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, frame TEXT)");
    const insert = database.prepare("INSERT INTO entry (frame) VALUES (?)");
    const select = database.prepare("SELECT id, frame FROM entry WHERE id > ? ORDER BY id");
    const responses = new Set<ServerResponse>();
    let last = 0;
    setInterval(() => {
      for (const { id, frame } of select.all(last) as { id: number; frame: string }[]) {
        last = id;
        for (const res of responses) res.write(frame);
      }
    }, every);
    return {
      listener: (_req, res) => {
        res.writeHead(200, eventStream);
        res.flushHeaders();
        responses.add(res);
        res.on("close", () => responses.delete(res));
      },
      request: { path: "/ticks" },
      publish: (event) => insert.run(frameWithId(event)),
    };
  },
};
