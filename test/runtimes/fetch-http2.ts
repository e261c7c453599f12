import { connect, constants } from "node:http2";
import { Readable } from "node:stream";

export type FetchLike = (url: string, init?: RequestInit) => Promise<Response>;

/** `fetch` over HTTP/2 without TLS, which Node's own doesn't speak. Each request has a connection of its own. */
export const fetchHttp2: FetchLike = (url, { method = "GET", headers, body, signal } = {}) =>
  new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(url);
    const session = connect(origin)
      .on("error", reject)
      .on("close", () => reject(new Error("The connection was closed"))); // of no effect after a response
    const { connection: _, ...fields } = Object.fromEntries(new Headers(headers)); // HTTP/2 has no such header
    const stream = session.request({
      ":method": method,
      ":path": pathname + search,
      ...fields,
    });
    signal?.addEventListener("abort", () => stream.close(constants.NGHTTP2_CANCEL), { once: true });
    stream
      .on("error", reject)
      .on("close", () => session.close())
      .on("response", ({ ":status": status = 0, ...fields }) => {
        const kept = Object.entries(fields).map(([name, value]) => [name, String(value)] as [string, string]);
        const answer = method === "HEAD" ? null : (Readable.toWeb(stream) as ReadableStream<Uint8Array>);
        resolve(new Response(answer, { status, headers: kept }));
      })
      .end(body);
  });
