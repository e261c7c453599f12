import { connect } from "node:net";
import type { Attack } from "./random-request.js";

/** When the client ends its side of a silent connection. It decides no result. */
const patience = 100;
/** When a server counts as stuck that still holds a connection after the client's end. */
const stuck = 10_000;

/** Sends an attack over its own connection. Returns everything received, in latin1, when the server has closed it. */
export function send(port: number, { bytes, breaks }: Attack): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    const quiet = setTimeout(() => socket.end(), patience);
    const hung = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The server kept a connection open that the client had ended, after\n${text.slice(0, 2_000)}`));
    }, stuck);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      text += chunk;
      socket.end();
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(quiet);
      clearTimeout(hung);
      resolve(text);
    });
    if (breaks) socket.write(bytes, () => socket.resetAndDestroy());
    else socket.write(bytes);
  });
}
