import { memoryLog } from "@sluice/server";
import { expect, it, onTestFinished } from "vitest";
import { adapters } from "../conformance/adapters.js";
import { kinds } from "../conformance/kinds.js";
import { eventually } from "../conformance/within.js";
import { startWorld } from "../conformance/world.js";
import { startProxy } from "./proxy.js";
import { subscribe } from "./subscriber.js";

const [adapter] = adapters.filter(({ name }) => name === "node");
const [kind] = kinds.filter(({ path }) => path === "feed/head");

// A kept-alive connection would lead the client back to the same server, until its process ends.
it("a client with a kept-alive connection leaves a drained server", async () => {
  if (!adapter || !kind) throw new Error("There is no such case.");
  const log = memoryLog();
  const [old, fresh] = [await startWorld(adapter, { log }), await startWorld(adapter, { log })];
  const proxy = await startProxy(old.port);
  onTestFinished(() => proxy.close());
  const subscriber = subscribe(old, proxy.port, kind);
  await subscriber.live();

  proxy.forwardTo(fresh.port);
  const drained = old.sluice.drain({ timeout: 1_000 });
  old.clock.advance(1_000);
  await drained;
  await eventually(() => expect(fresh.parts.admission.streams.size).toBe(1));
  await subscriber.live();
});
