/** The bytes are not a Sluice stream. The message says what was wrong and what is allowed. */
export class WireError extends Error {
  override readonly name = "WireError";
}
