/**
 * Converts values between code and wire form. Every method throws a `ValidationError` if the value doesn't fit the
 * schema.
 */
export interface Coder {
  /** From the code form to a value that JSON can carry. */
  encode(value: unknown): unknown;
  /** From parsed JSON to the code form. */
  decode(wire: unknown): unknown;
  /** Like `encode`, but allows asynchronous checks: for outputs of queries and mutations. */
  encodeAsync(value: unknown): Promise<unknown>;
  /** Like `decode`, but allows asynchronous checks: for inputs and outputs of queries and mutations. */
  decodeAsync(wire: unknown): Promise<unknown>;
}
