// Serves a Sluice from other copies of the packages with its own copies' adapters, and reports the results.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { SluiceError } from "@sluice/contract";
import { createSluice as createOther } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceFetch } from "@sluice/server/fetch";
import { sluiceNode } from "@sluice/server/node";
import express from "express";
import { createSluice, reports, sluice } from "../app/index.mjs";
import { contract } from "./contract.mjs";

assert.notEqual(createSluice, createOther, "there is one copy only");

const contextOf = (user) => {
  if (user === "banned") throw new SluiceError("forbidden");
  return { user };
};
const context = (req) => contextOf(req.headers["x-user"]);
const listeners = {
  node: sluiceNode(sluice, { base: "/api", context }),
  fetch: getRequestListener(
    sluiceFetch(sluice, { base: "/api", context: ({ headers }) => contextOf(headers.get("x-user") ?? undefined) }),
  ),
  express: express().use("/api", express.json(), sluiceExpress(sluice, { context })),
};

async function readUntil(response, text) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let body = "";
  while (!body.includes(text)) {
    const { done, value } = await reader.read();
    assert.equal(done, false, `the stream ended before ${text}: ${body}`);
    body += value;
  }
  return { body, reader };
}

for (const [name, listener] of Object.entries(listeners)) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const ask = (path, options) => fetch(`http://127.0.0.1:${server.address().port}/api/${path}`, options);
  const post = (path, body) =>
    ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const statusOf = async (response) => [(await response).status, (await (await response).json()).code];

  assert.deepEqual(await (await ask("whoAmI", { headers: { "x-user": "ann" } })).json(), { output: "ann" });
  assert.deepEqual(await statusOf(ask("whoAmI")), [401, "unauthorized"]);
  assert.deepEqual(await statusOf(ask("whoAmI", { headers: { "x-user": "banned" } })), [403, "forbidden"]);
  assert.deepEqual(await statusOf(ask("fail")), [418, "late"]);
  assert.deepEqual(await statusOf(post("report", { input: { minute: "x" } })), [400, "badRequest"]);
  assert.deepEqual(await statusOf(post("report", { input: "x".repeat(2_000) })), [413, "payloadTooLarge"]);
  assert.equal((await ask("nothing")).status, 404);

  const { body, reader } = await readUntil(await ask("watch"), "event: $live");
  assert.match(body, /event: \$snapshot/);
  const again = await readUntil(await ask("watch"), "event: $live");
  const next = readUntil({ body: { pipeThrough: () => ({ getReader: () => reader }) } }, '"minute":12');
  assert.equal((await post("report", { input: { minute: 12 } })).status, 200);
  await sluice.topic(contract.watch).publish({ type: "goal", data: { minute: 13 } });
  await next;
  assert.equal(sluice.stats().streams, 2);
  await Promise.all([reader.cancel(), again.reader.cancel()]);
  const tokens = await (await ask("tokens")).text();
  assert.match(tokens, /"a"[\s\S]*event: \$end/);
  while (sluice.stats().streams > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(reports, []);
  server.closeAllConnections();
  server.close();
  console.log(name, (await sluice.topic(contract.watch).state()).state);
}
