import { endedEarly, parseJson, tooLong } from "./json-body.js";

/**
 * The JSON of a request's body.
 *
 * @throws SluiceError `payloadTooLarge`, `badRequest`.
 * @throws Error if other code read the body: the procedure must not run as if it had been empty.
 */
export async function jsonOfRequest(request: Request, maxBytes: number): Promise<unknown> {
  if (request.bodyUsed || request.body?.locked) throw new Error(bodyLost);
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLong(maxBytes);
  return parseJson(await textOf(request, maxBytes));
}

const bodyLost =
  "The body was read before Sluice saw the request. Pass the request on unread, or read a copy: request.clone().";

async function textOf({ body }: Request, maxBytes: number): Promise<string> {
  if (!body) return "";
  // Like Node's buffers, it keeps a byte order mark.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => Promise.reject(endedEarly(cause)));
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > maxBytes) {
      reader.cancel().catch(() => {});
      throw tooLong(maxBytes);
    }
    text += decoder.decode(value, { stream: true });
  }
}
