import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createSluice, type ErrorReport, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";

const cells = z.object({ cells: z.array(z.number().optional()), any: z.any().optional() });
const events = { row: cells };
const contract = defineContract({
  table: subscription({ events, start: "oldest" }),
  plain: subscription({ events }),
  run: subscription({ events }),
  find: query({ output: cells }),
  fail: mutation({ errors: { bad: { status: 409, data: cells } } }),
});
const unreadable: readonly (readonly [string, z.input<typeof cells>])[] = [
  ["undefined in an array", { cells: [1, undefined] }],
  ["a Date where anything goes", { cells: [], any: new Date() }],
  ["a bigint where anything goes", { cells: [], any: 1n }],
  ["a function where anything goes", { cells: [], any: { f: () => {} } }],
];

async function setUp(data: z.input<typeof cells>) {
  const s = implement(contract);
  const good = { type: "row" as const, data: { cells: [1] } };
  async function* rows() {
    yield good;
    yield { type: "row" as const, data };
    yield good;
  }
  const router = s.$router({
    table: s.table.live(),
    plain: s.plain.stream(rows),
    run: s.run.stream(rows, { resumable: true }),
    find: s.find.handler(() => data),
    fail: s.fail.handler(({ errors }) => {
      throw errors.bad({ data });
    }),
  });
  const reports: ErrorReport[] = [];
  const sluice = createSluice(router, { onError: (report) => reports.push(report) });
  const server = createServer(sluiceNode(sluice)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { sluice, reports, good, client: createClient(contract, { url }) };
}

it.each(unreadable)("a publish fails, and the topic continues: %s", async (_what, data) => {
  const { sluice, good, client } = await setUp(data);
  await sluice.topic(contract.table).publish(good);
  await expect(sluice.topic(contract.table).publish({ type: "row", data })).rejects.toThrow(
    /"row" of "table": data[.:]/,
  );
  await sluice.topic(contract.table).publish(good);
  const seen: unknown[] = [];
  for await (const event of client.table.iterate(undefined)) if (seen.push(event.data) === 2) break;
  expect(seen).toEqual([good.data, good.data]);
});

it.each(unreadable)(
  "a yield ends the stream after the earlier events, and is reported to onError: %s",
  async (_what, data) => {
    for (const path of ["plain", "run"] as const) {
      const { reports, good, client } = await setUp(data);
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const event of client[path].iterate(undefined)) seen.push(event.data);
      })();
      await expect(reading).rejects.toMatchObject({ code: "internal" });
      expect(seen).toEqual([good.data]);
      expect(reports).toMatchObject([
        { path, error: { message: expect.stringContaining(`"row" of "${path}": data`) } },
      ]);
    }
  },
);

it.each(unreadable)("an output or an error's data is a 500, and is reported to onError: %s", async (_what, data) => {
  const { sluice, reports, client } = await setUp(data);
  await expect(client.find()).rejects.toMatchObject({ code: "internal" });
  await expect(sluice.call(contract.find, undefined)).rejects.toThrow(/The output of "find": /);
  await expect(client.fail()).rejects.toMatchObject({ code: "internal" });
  const told = reports.map(({ path, error }) => [path, (error as Error).message]);
  expect(told).toEqual([
    ["find", expect.stringContaining('The output of "find": ')],
    ["fail", expect.stringContaining('The data of the error "bad": ')],
  ]);
});
