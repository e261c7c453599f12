import { SluiceError } from "@sluice/contract";

export const tooLong = (maxBytes: number) =>
  new SluiceError("payloadTooLarge", { message: `The body is longer than ${maxBytes} bytes` });

export const endedEarly = (cause: unknown) => new SluiceError("badRequest", { message: "The body ended early", cause });

/**
 * The JSON of a body. An empty body is `{}`.
 *
 * @throws SluiceError `badRequest`.
 */
export function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError("badRequest", { message: "The body is not JSON" });
  }
}
