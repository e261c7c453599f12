import { Raw } from "./raw.js";
import { Subscriber, subscribe } from "./subscriber.js";
import type { World } from "./world.js";

/** A way to request a stream. */
export interface Transport {
  readonly name: string;
  open(world: World, path: string): Promise<Subscriber> | Subscriber;
}

const connect = (world: World) => new Raw(world.port);
const asking = (name: string, ...headers: string[]): Transport => ({
  name,
  open: (world, path) => subscribe(world, connect(world), path, ...headers),
});
const http10 = (name: string, ...headers: string[]): Transport => ({
  name,
  open: (world, path) =>
    new Subscriber(connect(world).send(`GET ${world.base}/${path} HTTP/1.0`, "Host: localhost", ...headers, "", "")),
});
const ping = (raw: Raw, world: World) => raw.ask("GET", `${world.base}/scores/ping`);

export const plain = asking("HTTP/1.1");

/** In each of these, a byte shows that is written past the response or wrongly framed. */
export const oddTransports: readonly Transport[] = [
  http10("HTTP/1.0"),
  http10("HTTP/1.0 that would keep the connection", "Connection: keep-alive"),
  asking("HTTP/1.1 that closes the connection", "Connection: close"),
  asking("HTTP/1.1 that would change to HTTP/2", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"),
  asking("HTTP/1.1 that takes compression and trailers", "Accept-Encoding: gzip, br", "TE: trailers"),
  {
    name: "HTTP/1.1 behind a query, pipelined",
    open: (world, path) => new Subscriber(subscribe(world, ping(connect(world), world), path).raw, 1),
  },
  {
    name: "HTTP/1.1 before a query, pipelined",
    open(world, path) {
      const subscriber = subscribe(world, connect(world), path);
      ping(subscriber.raw, world);
      return subscriber;
    },
  },
  {
    name: "a connection that has carried a stream to its end",
    async open(world, path) {
      const { raw } = await subscribe(world, connect(world), "bot/once").until("0\r\n\r\n");
      return new Subscriber(subscribe(world, raw, path).raw, 1);
    },
  },
  {
    name: "a POST that waits for 100 Continue",
    async open(world, path) {
      const headers = [
        "Host: localhost",
        "Content-Type: application/json",
        "Content-Length: 2",
        "Expect: 100-continue",
      ];
      const raw = connect(world).send(`POST ${world.base}/${path} HTTP/1.1`, ...headers, "", "");
      await raw.until((text) => text.includes("100 Continue\r\n\r\n"));
      return new Subscriber(raw.send("{}"), 1);
    },
  },
];
