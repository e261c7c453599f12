import { createClient } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import { describe, it, type TestContext } from "vitest";
import * as z from "zod";
import { eventually } from "../conformance/within.js";
import { CuttingHost } from "./cutting-host.js";
import { EventStream } from "./event-stream.js";
import { type Platform, platforms } from "./platforms.js";
import { Server } from "./server.js";

/** What the client needs to know of `servers/sluice.mjs`. */
const contract = defineContract({
  watch: subscription({
    input: z.object({ id: z.string() }),
    events: { tick: z.object({ n: z.int(), pad: z.string() }) },
  }),
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// These wait, and do little: so they wait together.
describe.concurrent.each(platforms)("$name", (platform) => {
  async function start({ onTestFinished }: TestContext, env?: Record<string, string>): Promise<Server> {
    const server = await Server.start(platform, env);
    onTestFinished(() => server.stop());
    return server;
  }

  /** A client behind a host that cuts responses. */
  async function follow({ onTestFinished }: TestContext, { port }: Server, cutAfter: number) {
    const host = await CuttingHost.start(port, cutAfter);
    const client = createClient(contract, { url: `${host.url}/api`, ...(platform.fetch && { fetch: platform.fetch }) });
    onTestFinished(async () => {
      client.$close();
      await host.stop();
    });
    const seen = { numbers: [] as number[], statuses: [] as string[], resets: 0 };
    client.watch.subscribe(
      { id: "a" },
      {
        on: { tick: ({ n }) => seen.numbers.push(n) },
        onConnection: ({ status }) => seen.statuses.push(status),
        onReset: () => seen.resets++,
      },
    );
    await eventually(() => {
      if (seen.statuses.at(-1) !== "live") throw new Error(`It is ${seen.statuses}`);
    });
    return { host, seen };
  }

  async function publishUntil(server: Server, condition: () => boolean): Promise<number[]> {
    const published: number[] = [];
    while (!condition()) {
      await server.publish("a", published.length + 1);
      published.push(published.length + 1);
      await pause(20);
    }
    return published;
  }

  it("keeps a stream that is silent for longer than any platform's default allows", async (context) => {
    const server = await start(context);
    const stream = await EventStream.watch(server, "silent");
    await pause(12_000); // Bun's is ten seconds; heartbeats come every fifteen
    await server.publish("silent", 1);
    await stream.received(1);
    stream.leave();
  });

  it("loses nothing where the host cuts streams", async (context) => {
    const { expect } = context;
    const server = await start(context);
    const { host, seen } = await follow(context, server, 1_000);
    const published = await publishUntil(server, () => host.cuts === 2);
    await eventually(() => expect(seen.numbers).toEqual(published));
    expect(seen.statuses).toContain("reconnecting");
    expect(seen.resets).toBe(0);
  });

  it("hands streams over before the host cuts them", async (context) => {
    const { expect } = context;
    const cutAfter = 8_000;
    const server = await start(context, settings(platform, cutAfter));
    const { host, seen } = await follow(context, server, cutAfter);
    const published = await publishUntil(server, () => host.requests === 4);
    await eventually(() => expect(seen.numbers).toEqual(published));
    expect(host.cuts).toBe(0);
    expect(seen).toMatchObject({ statuses: ["connecting", "live"], resets: 0 });
  });
});

const settings = ({ life }: Platform, cutAfter: number): Record<string, string> =>
  life === "maxDuration" ? { MAX_DURATION: String(cutAfter) } : { STREAM_LIFE: String(cutAfter / 2) };
