type Encoder = InstanceType<typeof TextEncoder>;
type Decoder = InstanceType<typeof TextDecoder>;

// Jest's jsdom has neither. Whoever makes a server there says so: a module that fails while it is loaded can't.
const encoder = (typeof TextEncoder === "undefined" ? undefined : new TextEncoder()) as Encoder;
const decoder = (typeof TextDecoder === "undefined" ? undefined : new TextDecoder()) as Decoder;

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The length of a text in bytes. `Buffer` counts without encoding; edge runtimes don't have it. */
export const byteLength: (text: string) => number =
  typeof Buffer === "undefined" ? (text) => encoder.encode(text).length : Buffer.byteLength;

/**
 * Memory for bytes. In Node it is a `Buffer`, which its sockets take as it is, and which code that wraps a response
 * expects. Its content is arbitrary.
 */
export const allocate: (length: number) => Uint8Array =
  typeof Buffer === "undefined" ? (length) => new Uint8Array(length) : Buffer.allocUnsafeSlow;

/** Writes text to the beginning of `bytes`, and returns the number of bytes written. */
export const writeUtf8 = (bytes: Uint8Array, text: string): number => encoder.encodeInto(text, bytes).written;
