import { connect } from "node:net";

/** A kind of request that a hostile client may send endlessly, each with a new name. */
export interface Kind {
  readonly title: string;
  /** How many the short form of the test sends. */
  readonly few: number;
  request(n: number): readonly (string | Buffer)[];
}

/** As long as a URL may be for Node, more or less, and as an input may be for Sluice. */
const [ofUrl, ofBody] = [12_000, 1_000_000];

/** A text of this length, unique for each number. */
const unique = (n: number, length: number) => `${n}-`.padEnd(length, "x");

const get = (path: string, name: string, ...headers: string[]) => [
  [
    `GET /${path}?input=${encodeURIComponent(JSON.stringify({ name }))} HTTP/1.1`,
    "Host: localhost",
    ...headers,
    "",
    "",
  ].join("\r\n"),
];

/** Made once: what sends them is not to be slower than the server. */
const filling = Buffer.alloc(ofBody, "x");

/** Its input has one field, of this length. */
const post = (path: string, field: string, n: number, length: number) =>
  posted(path, [`{"input":{"${field}":"${n}-`, length, '"}}']);

/** A multiplexed stream: one subscription with a name of this length, and as many others with short names. */
const streams = (n: number, length: number, others: number) => {
  const rest = Array.from({ length: others }, (_, at) => `,{"path":"feed","input":{"name":"${n}-${at}"}}`);
  return posted("$streams", [
    `{"subscriptions":[{"path":"feed","input":{"name":"${n}-`,
    length,
    `"}}${rest.join("")}]}`,
  ]);
};

function posted(path: string, [start, length, end]: readonly [string, number, string]) {
  const size = start.length + length + end.length;
  const head = [
    `POST /${path} HTTP/1.1`,
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${size}`,
  ];
  return [[...head, "", start].join("\r\n"), filling.subarray(0, length), end];
}

const ofKind =
  (few: number) =>
  (title: string, request: Kind["request"]): Kind => ({ title, few, request });
const [light, heavy] = [ofKind(300), ofKind(40)];

export const kinds: readonly Kind[] = [
  light("GET with a small name", (n) => get("feed", unique(n, 12))),
  light("GET with a large name", (n) => get("feed", unique(n, ofUrl))),
  light("GET with a name of 500 bytes", (n) => get("feed", unique(n, 470))),
  light("GET of a state with a large name", (n) => get("board", unique(n, ofUrl))),
  light("GET of a generator with a large name", (n) => get("echo", unique(n, ofUrl))),
  light("GET as a client with a long id", (n) => get("feed", "all", `X-Client: ${unique(n, ofUrl)}`)),
  light("GET of new topics as ever new clients", (n) => get("feed", unique(n, 12), `X-Client: ${unique(n, 500)}`)),
  light("GET of a query with a large name", (n) => get("look", unique(n, ofUrl))),
  light("POST with a small name", (n) => post("feed", "name", n, 12)),
  heavy("POST with a large name", (n) => post("feed", "name", n, ofBody)),
  heavy("POST of a state with a large name", (n) => post("board", "name", n, ofBody)),
  heavy("a multiplexed stream with small names", (n) => streams(n, 12, 50)),
  heavy("POST of a multiplexed stream with a large name", (n) => streams(n, ofBody, 5)),
  light("a mutation with a small key", (n) => post("publish", "key", n, 12)),
  light("a mutation with a key of 500 bytes", (n) => post("publish", "key", n, 480)),
  heavy("a mutation with a large key", (n) => post("publish", "key", n, ofBody)),
];

/** Opens a stream and keeps it open. Resolves, after the first bytes, with a function that closes it. */
export const hold = (port: number, kind: Kind, n: number): Promise<() => void> => holding(port, kind.request(n));

/** The same, of a procedure without input. */
export const holdPath = (port: number, path: string): Promise<() => void> =>
  holding(port, [`GET /${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`]);

function holding(port: number, pieces: readonly (string | Buffer)[]): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", reject);
    socket.once("data", () => resolve(() => socket.destroy()));
    for (const piece of pieces) socket.write(piece);
  });
}

/** Sends one, and closes its connection as soon as something comes back; every fourth time without waiting for that. */
function send(port: number, pieces: readonly (string | Buffer)[], waits: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    // A reset leaves no port behind that has to wait for a minute.
    const leave = () => socket.resetAndDestroy();
    socket.on("close", () => resolve());
    socket.on("error", reject);
    socket.on("data", leave);
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
    if (!waits) socket.write("", leave);
  });
}

/** Sends this many requests of a kind, some concurrently. `from` is the first one's number. */
export async function sendMany(port: number, kind: Kind, { from, count }: { from: number; count: number }) {
  let next = from;
  const one = async () => {
    while (next < from + count) {
      const n = next++;
      await send(port, kind.request(n), n % 4 !== 0);
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
}
