const encoder = new TextEncoder();

/** The length of a text in UTF-8. `Buffer` counts without encoding; edge runtimes don't have it. */
export const byteLength: (text: string) => number =
  typeof Buffer === "undefined" ? (text) => encoder.encode(text).length : Buffer.byteLength;
