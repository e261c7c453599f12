import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import * as z from "zod";

// #region contract
export const contract = defineContract({
  build: subscription({
    method: "POST", // opening it starts work
    input: z.object({ project: z.string() }),
    events: { line: z.string() },
  }),
  rows: subscription({ input: z.object({ table: z.string() }), events: { row: z.object({ id: z.int() }) } }),
});
// #endregion contract

interface Sources {
  /** Lines of a command, until it ends or `signal` aborts. */
  readonly compile: (project: string, signal: AbortSignal) => AsyncIterable<string>;
  /** Rows in the order of their ids, after one of them. */
  readonly rowsAfter: (table: string, id: number) => AsyncIterable<{ id: number }>;
}

export function createBuilds({ compile, rowsAfter }: Sources) {
  const s = implement(contract);
  // #region server
  const build = s.build.stream(async function* ({ input: { project }, signal }) {
    for await (const line of compile(project, signal)) yield { type: "line", data: line };
  });

  const rows = s.rows.stream(
    async function* ({ input: { table }, lastEventId }) {
      for await (const row of rowsAfter(table, Number(lastEventId ?? 0))) {
        yield { type: "row", data: row, id: String(row.id) }; // the id comes back after a cut
      }
    },
    { onCut: "restart" },
  );
  // #endregion server
  return createSluice(s.$router({ build, rows }));
}
