export type Encoder = InstanceType<typeof TextEncoder>;

// Jest's jsdom has none. A module that fails while it is loaded could not say so.
export const encoder: Encoder | undefined = typeof TextEncoder === "undefined" ? undefined : new TextEncoder();

/** The length of a text in UTF-8. `Buffer` counts without encoding; edge runtimes don't have it. */
export const byteLength: (text: string) => number =
  typeof Buffer === "undefined" ? (text) => (encoder as Encoder).encode(text).length : Buffer.byteLength;
