import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement, type Log } from "@sluice/server";
import * as z from "zod";

/** As `node:sqlite`, `better-sqlite3` and `libsql` have it. Another database's calls are awaited. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...values: readonly unknown[]): unknown;
    all(...values: readonly unknown[]): unknown[];
  };
}

// #region contract
const Message = z.object({ id: z.uuid(), text: z.string().max(2_000) });

export const contract = defineContract({
  room: subscription({
    input: z.object({ room: z.string() }),
    events: { said: Message },
    state: {
      schema: z.array(Message),
      initial: [],
      idempotent: true, // what the snapshot has already changes nothing
      apply: { said: (all, said) => (all.some(({ id }) => id === said.id) ? all : [...all, said].slice(-100)) },
    },
  }),
  say: mutation({ input: Message.extend({ room: z.string() }) }),
});
// #endregion contract

type Row = z.infer<typeof Message> & { readonly room: string };

export function createRooms(log: Log, database: Database) {
  const s = implement(contract);
  // #region table
  database.exec(`CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    room TEXT NOT NULL,
    text TEXT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0
  )`);
  const insert = database.prepare("INSERT INTO messages (id, room, text) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING");
  const last = database.prepare("SELECT id, text FROM messages WHERE room = ? ORDER BY number DESC LIMIT 100");
  const waiting = database.prepare("SELECT id, room, text FROM messages WHERE published = 0 ORDER BY number LIMIT 100");
  const tick = database.prepare("UPDATE messages SET published = 1 WHERE id = ?");
  // #endregion table

  // #region server
  const router = s.$router({
    room: s.room.live({ snapshot: ({ input: { room } }) => ({ state: last.all(room).reverse() as Row[] }) }),
    say: s.say.handler(async ({ input: { room, id, text } }) => {
      insert.run(id, room, text); // first the database, then the event
      await publishWaiting();
    }),
  });
  const sluice = createSluice(router, { log });

  /** Publishes the rows that are not in the log yet, in their order. */
  async function publishWaiting(): Promise<void> {
    for (const { id, room, text } of waiting.all() as Row[]) {
      const { publish } = sluice.topic(contract.room, { room });
      await publish({ type: "said", data: { id, text } }, { idempotencyKey: id });
      tick.run(id);
    }
  }
  // #endregion server
  return { sluice, publishWaiting };
}
