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

// A connection that is kept alive would lead the client to the same server again, until its process ends.
it("a client whose connection is kept alive leaves a server that has drained", async () => {
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
