import type { DirectSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";

/** Where a stream's bytes go: an HTTP response, or a reader in this process. */
export interface Sink {
  /** Takes the text, or its bytes, in any case. False says that it is full: wait for `onDrain` before writing more. */
  write(text: string | Uint8Array): boolean;
  /** The same, for bytes that others get, too. */
  writeShared(bytes: SharedBytes): boolean;
  /** What shared bytes may be written to past the sink, if anything, as long as `directVersion` gives the same number. */
  direct?(): DirectSocket | undefined;
  /** One function for all sinks of a kind, cheap enough to be called for each batch. */
  readonly directVersion?: () => number;
  /** Lets go of what was written and nobody has taken yet, where that can be told apart. */
  discard?(): void;
  /** Ends the stream properly, after what was written. */
  end(): void;
  /** Ends it at once, whatever was written. */
  destroy(): void;
  /** Calls back once, when a full sink can take more. */
  onDrain(listener: () => void): void;
}
