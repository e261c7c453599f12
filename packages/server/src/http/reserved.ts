import { SluiceError } from "@sluice/contract";
import { encodeFrame, reservedId } from "@sluice/contract/wire";
import type { Exchange } from "./exchange.js";
import { invalidId } from "./request.js";
import { streamHeaders } from "./stream-headers.js";

/**
 * The reserved id, if it is one. PROTOCOL §6.3.
 *
 * @throws SluiceError `badRequest` for an unknown id that begins with `$`.
 */
export function reservedFrom(lastEventId: string | undefined): "$end" | "$once" | undefined {
  if (!lastEventId?.startsWith("$")) return undefined;
  if (lastEventId === reservedId.end || lastEventId === reservedId.once) return lastEventId;
  throw invalidId(lastEventId);
}

/** Stops a native `EventSource` that reconnects to a stream which has ended. PROTOCOL §6.3. */
export function answerReserved(id: "$end" | "$once", { reply, method }: Exchange): void {
  if (id === reservedId.end) {
    reply.send(204, {});
  } else if (method === "HEAD") {
    reply.send(200, streamHeaders);
  } else {
    const { code, message } = new SluiceError("interrupted");
    const stream = reply.stream(streamHeaders);
    stream.write(encodeFrame({ kind: "error", code, message, final: true }));
    stream.end();
  }
}
