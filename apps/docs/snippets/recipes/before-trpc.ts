import { type EventEmitter, on } from "node:events";
import { initTRPC, tracked } from "@trpc/server";
import * as z from "zod";

interface Row {
  readonly id: number;
  readonly room: string;
  readonly text: string;
}

// #region router
export function createTrpcRouter(table: Row[], emitter: EventEmitter) {
  const t = initTRPC.create();
  return t.router({
    messages: t.procedure
      .input(z.object({ room: z.string(), lastEventId: z.string().nullish() }))
      .subscription(async function* ({ input, signal }) {
        const live = on(emitter, `said:${input.room}`, signal ? { signal } : {}); // before the read: nothing may fall between
        let last = Number(input.lastEventId ?? 0);
        for (const row of table.filter(({ id, room }) => room === input.room && id > last)) {
          yield tracked(String(row.id), row);
          last = row.id;
        }
        for await (const [row] of live as AsyncIterable<[Row]>) {
          if (row.id > last) yield tracked(String(row.id), row); // the read may have had it already
        }
      }),
    say: t.procedure.input(z.object({ room: z.string(), text: z.string() })).mutation(({ input }) => {
      const row = { id: table.length + 1, ...input };
      table.push(row);
      emitter.emit(`said:${input.room}`, row); // of this process only
    }),
  });
}
// #endregion router
