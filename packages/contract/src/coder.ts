/** A schema made ready to run at the wire, both ways. Every method throws a `ValidationError` for what doesn't fit. */
export interface Coder {
  /** From what code sees to what JSON can carry. */
  encode(value: unknown): unknown;
  /** From parsed JSON to what code sees. */
  decode(wire: unknown): unknown;
  /** Like `encode`, for schemas that may check asynchronously: outputs of queries and mutations. */
  encodeAsync(value: unknown): Promise<unknown>;
  /** Like `decode`, for schemas that may check asynchronously: inputs and outputs of queries and mutations. */
  decodeAsync(wire: unknown): Promise<unknown>;
}
