const digits = "0123456789abcdefghijklmnopqrstuv";

/** 65 random bits as 13 characters of `[0-9a-v]`. */
export function mintEpoch(): string {
  let epoch = "";
  for (const byte of globalThis.crypto.getRandomValues(new Uint8Array(13))) epoch += digits.charAt(byte & 31);
  return epoch;
}
