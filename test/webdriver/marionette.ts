import { once } from "node:events";
import type { Socket } from "node:net";

interface Answer {
  readonly error: { readonly message: string } | null;
  readonly result: unknown;
}

/**
 * Firefox's own remote protocol: messages are JSON arrays, each behind its length in bytes and a colon. It greets first; a
 * command is `[0, id, name, params]` and its answer `[1, id, error, result]`.
 */
export async function connectMarionette(socket: Socket): Promise<(name: string, params: object) => Promise<unknown>> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let ids = 0;
  let received: Buffer = Buffer.alloc(0);

  function takeMessage(): unknown {
    const colon = received.indexOf(":");
    const end = colon + 1 + Number(received.subarray(0, colon));
    if (colon < 0 || received.length < end) return undefined;
    const message: unknown = JSON.parse(received.subarray(colon + 1, end).toString());
    received = received.subarray(end);
    return message;
  }

  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let message = takeMessage(); message !== undefined; message = takeMessage()) {
      if (!Array.isArray(message)) continue; // the greeting
      const [, id, error, result] = message as [1, number, Answer["error"], unknown];
      waiting.get(id)?.({ error, result });
      waiting.delete(id);
    }
  });
  const lose = () => {
    for (const settle of waiting.values()) settle({ error: { message: "Firefox has gone" }, result: null });
    waiting.clear();
  };
  socket.on("error", lose).on("close", lose);
  await once(socket, "data");

  return (name, params) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify([0, ++ids, name, params]);
      waiting.set(ids, ({ error, result }) => {
        if (error) reject(new Error(`${name}: ${error.message}`));
        else resolve(result);
      });
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}
