import { connect, type Socket } from "node:net";
import { answered } from "./report-call.ts";
import type { StreamRequest } from "./service.ts";
import { requestText } from "./stream.ts";

const end = "\r\n\r\n";

/** One connection that is kept alive, over which one call follows the other: as little work for each as can be. */
export class Caller {
  readonly #socket: Socket;
  readonly #request: string;
  #text = "";
  #answer: (() => void) | undefined;

  constructor(port: number, request: StreamRequest, onError: (error: Error) => void) {
    this.#request = requestText(port, request);
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.on("error", onError).on("data", (chunk) => {
      this.#text += chunk.toString("latin1");
      const body = bodyOf(this.#text);
      if (body === undefined) return;
      const text = this.#text;
      this.#text = "";
      if (text.startsWith("HTTP/1.1 200") && body.includes(answered)) this.#answer?.();
      else onError(new Error(`The server answered: ${text.slice(0, 500)}`));
    });
  }

  call(): Promise<void> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The body of an answer that is complete, as it was framed. */
function bodyOf(text: string): string | undefined {
  const head = text.indexOf(end);
  if (head === -1) return undefined;
  const body = text.slice(head + end.length);
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1];
  return (length === undefined ? body.endsWith(`0${end}`) : body.length >= Number(length)) ? body : undefined;
}
