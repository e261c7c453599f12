import { SluiceError } from "@sluice/contract";
import type { Exchange } from "./exchange.js";

/** A client asks for it to find out whether it has a connection, below the base. PROTOCOL §11. */
export const probePath = "$";

export const probeMethods: readonly string[] = ["HEAD"];

/**
 * Says nothing but that there is a connection. (Of a 404, browsers would tell their users.)
 *
 * @throws SluiceError `methodNotAllowed`.
 */
export function answerProbe({ method, reply }: Exchange): void {
  if (!probeMethods.includes(method)) {
    throw new SluiceError("methodNotAllowed", { message: `"${probePath}" takes HEAD, not ${method}` });
  }
  reply.send(204, { "cache-control": "no-store" });
}
