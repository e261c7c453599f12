/** Where a stream's bytes go: an HTTP response, or a reader in this process. */
export interface Sink {
  /** Takes the bytes in any case. False says that it is full: wait for `onDrain` before writing more. */
  write(chunk: Buffer | string): boolean;
  /** Ends the stream properly, after what was written. */
  end(): void;
  /** Ends it at once; what was not taken yet is lost. */
  destroy(): void;
  /** Called when a full sink can take more. */
  onDrain(listener: () => void): void;
}
