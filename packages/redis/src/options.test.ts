import { createSentinel } from "redis";
import { expect, it } from "vitest";
import { redisLog } from "./redis-log.js";

const url = "redis://localhost:1";

it.each([
  [{}, /one of a url, .* and a client/],
  [{ url, client: {} as never }, /one of a url, .* and a client/],
  [{ url: "http://user:secret@localhost" }, /url must look like redis/],
  [{ url: "nonsense" }, /url must look like redis/],
  [{ client: {} as never }, /client must be what createClient .* returns/],
  [
    { client: createSentinel({ name: "a", sentinelRootNodes: [{ host: "a", port: 1 }] }) },
    /client must be what createClient or createCluster/,
  ],
  [{ sentinel: { name: "a", nodes: [] } }, /sentinel\.nodes must be a list of at least one/],
  [{ sentinel: { name: "a", nodes: [], tls: true } as never }, /sentinel\.tls is not a known option/],
  [{ url, prefix: "" }, /prefix must be a text/],
  [{ url, prefix: "a{b}" }, /prefix must be .* without braces; got "a\{b\}"/],
  [{ url, timeout: 0 }, /timeout must be a whole number .* got 0/],
  [{ url, timeout: 2 ** 31 }, /timeout must be/],
  [{ url, retain: { events: 0 } }, /retain\.events must be/],
  [{ url, dedupe: { keys: 1.5 } }, /dedupe\.keys must be/],
  [{ url, idle: -1 }, /idle must be/],
  [{ url, prefx: "a" } as never, /prefx is not a known option; known options are url, client, sentinel, prefix/],
])("refuses options %#, and says what is allowed", (options, expected) => {
  expect(() => redisLog(options)).toThrow(expected);
});

it("never shows a password", () => {
  expect(() => redisLog({ url: "http://user:secret@localhost" })).toThrow(
    expect.not.stringContaining("secret") as never,
  );
});
