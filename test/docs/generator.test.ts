import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished, vi } from "vitest";
import { contract, createBuilds } from "../../apps/docs/snippets/generator.js";

const until = (check: () => void) => vi.waitFor(check, 15_000);

async function serve(sources: Parameters<typeof createBuilds>[0]) {
  const sluice = createBuilds(sources);
  const server: Server = createServer(sluiceNode(sluice)).listen(0);
  await once(server, "listening");
  const client = createClient(contract, { url: `http://localhost:${(server.address() as AddressInfo).port}` });
  onTestFinished(async () => {
    client.$close();
    await sluice.close({ timeout: 0 });
    server.closeAllConnections();
    server.close();
  });
  return { server, client };
}

const nothing = async function* (): AsyncGenerator<never> {};

it("streams a command's lines to one client, and stops it when that leaves", async () => {
  let isRunning = false;
  const { client } = await serve({
    async *compile(project, signal) {
      isRunning = true;
      try {
        yield `compiling ${project}`;
        await once(signal, "abort");
      } finally {
        isRunning = false;
      }
    },
    rowsAfter: nothing,
  });
  for await (const { data } of client.build.iterate({ project: "docs" })) {
    expect(data).toBe("compiling docs");
    expect(isRunning).toBe(true);
    break;
  }
  await until(() => expect(isRunning).toBe(false));
});

it("goes on after a cut from the last row that the client has, if it says so, and is interrupted if not", async () => {
  const asked: number[] = [];
  const ever = () => new Promise<never>(() => {});
  const { server, client } = await serve({
    async *compile() {
      yield "one";
      await ever();
    },
    async *rowsAfter(_table, id) {
      asked.push(id);
      for (let row = id + 1; row <= id + 3; row++) yield { id: row };
      if (id > 0) return;
      await ever();
    },
  });
  const rows: number[] = [];
  const [ended, lines, codes]: [string[], string[], string[]] = [[], [], []];
  client.rows.subscribe(
    { table: "t" },
    {
      on: { row: ({ id }) => rows.push(id) },
      onEnd: () => ended.push("ended"),
      onError: ({ code }) => codes.push(code),
    },
  );
  client.build.subscribe(
    { project: "docs" },
    { on: { line: (line) => lines.push(line) }, onError: ({ code }) => codes.push(code) },
  );
  await until(() => expect({ rows, lines }).toEqual({ rows: [1, 2, 3], lines: ["one"] }));
  server.closeAllConnections();
  await until(() => expect({ rows, ended }).toEqual({ rows: [1, 2, 3, 4, 5, 6], ended: ["ended"] }));
  expect(asked).toEqual([0, 3]);
  expect(codes).toEqual(["interrupted"]);
});
