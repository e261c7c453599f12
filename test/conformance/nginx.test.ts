import { expect, it } from "vitest";
import { describeWith } from "../support/describe-with.js";
import { type Adapter, adapters } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { missing, type NginxSettings, startNginx } from "./nginx.js";
import { Raw } from "./raw.js";
import { open } from "./reader.js";
import { expectSameBody, type Subscriber, subscribe } from "./subscriber.js";
import { eventually } from "./within.js";
import { startWorld, type WorldOptions } from "./world.js";

const express = adapters.find(({ name }) => name === "express") as Adapter;

const settings: [string, NginxSettings][] = [
  // HTTP/1.0 to the server, and buffering, which X-Accel-Buffering must switch off.
  ["as it is by default", {}],
  ["that passes HTTP/1.1 on, buffering", { location: 'proxy_http_version 1.1; proxy_set_header Connection "";' }],
  [
    "tuned, with kept-alive connections",
    {
      http: (port) => `upstream sluice { server 127.0.0.1:${port}; keepalive 4; }`,
      upstream: "sluice",
      location: 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;',
    },
  ],
  [
    "that compresses all",
    {
      http: () => "gzip on; gzip_min_length 0; gzip_proxied any; gzip_types text/event-stream application/json;",
      location: 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;',
    },
  ],
];

const cases = (nginx: NginxSettings) => {
  const start = async (options: WorldOptions = {}) => {
    const world = await startWorld(express, options);
    return { world, proxied: await startNginx(world, nginx) };
  };

  it("events arrive at once, and are the same for all (PROTOCOL §4.1, §4.2)", async () => {
    const { world, proxied } = await start();
    const all: Subscriber[] = [];
    for (const place of [proxied, world, proxied, world]) {
      all.push(await subscribe(place, new Raw(place.port), "feed/head", "Accept-Encoding: gzip").live());
    }
    for (const n of [-3, -2, -1]) {
      await world.topic(world.contract.feed.head).publish(posts(n));
      for (const each of all) await each.until(`"n":${n}`);
    }
    await publishBurst(world);
    for (const each of all) await each.until(lastOf());
    const [, { body }] = all as [Subscriber, Subscriber];
    for (const each of all) expectSameBody(each.body, body);
  });

  it("a heartbeat arrives at once (PROTOCOL §4.3)", async () => {
    const { world, proxied } = await start();
    const reader = await (await open(proxied, "feed/head")).live();
    world.clock.advance(15_000);
    await reader.first("comment");
  });

  it("a reader resumes where it was cut, whichever side broke (PROTOCOL §7.2)", async () => {
    const { world, proxied } = await start();
    const { head } = world.contract.feed;
    let lastEventId = (await (await open(proxied, "feed/head")).live()).cursor;
    const cuts = [() => world.server.closeAllConnections(), () => proxied.stop()];
    for (const [index, cut] of cuts.entries()) {
      await world.topic(head).publish(posts(index));
      const reader = await (await open(proxied, "feed/head", { headers: { "last-event-id": lastEventId } })).live();
      expect(reader.numbers).toEqual([index]);
      lastEventId = reader.cursor;
      cut();
      await reader.end();
    }
    await eventually(() => expect(world.parts.admission.streams.size).toBe(0));
  });

  it("the server frees a client that leaves (PROTOCOL §4.4)", async () => {
    const { world, proxied } = await start();
    const readers = [await open(proxied, "feed/head"), await open(proxied, "bot/again")];
    for (const reader of readers) reader.destroy();
    await eventually(() => expect([world.parts.admission.streams.size, world.log.watchers]).toEqual([0, 0]));
  });

  it("statuses, ends and responses get through, one after another (PROTOCOL §2, §3, §6.3)", async () => {
    const { proxied } = await start({
      report: () => ({ cursor: "c" }),
      async *tokens() {
        yield { type: "token", data: "a" };
      },
    });
    for (let i = 0; i < 3; i++) {
      expect((await (await open(proxied, "bot/once")).end()).names.slice(-2)).toEqual(["token", "$end"]);
      expect((await ask(proxied, "bot/once", { lastEventId: "$end" })).status).toBe(204);
      expect((await ask(proxied, "scores/ping")).json).toEqual({});
      const reported = await ask(proxied, "scores/report", { body: { input: { matchId: "m" } } });
      expect(reported.json).toEqual({ output: { cursor: "c" } });
      expect((await ask(proxied, "feed/head", { method: "HEAD" })).status).toBe(200);
      expectProblem(await ask(proxied, "feed/private"), { status: 401, code: "unauthorized" });
    }
  });
};

for (const [name, nginx] of settings) describeWith(missing, `behind an nginx ${name}`, () => cases(nginx));
