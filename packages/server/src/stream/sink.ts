import type { DirectSocket, LaneSocket } from "../topic/direct-subscribers.js";
import type { Framing, SharedBytes } from "../topic/shared-bytes.js";

/** Whole frames: text of one stream, or bytes that other streams also send. */
export type Piece = string | SharedBytes;

/** The destination of a stream's bytes. */
export interface Sink {
  /** Always takes the text, or its bytes. False: the sink is full, wait for `onDrain` before you write more. */
  write(text: string | Uint8Array): boolean;
  /** Like `write`, for bytes that other streams also send. */
  writeShared(bytes: SharedBytes): boolean;
  /**
   * The socket that shared bytes may be written to directly, if any. Valid while `directVersion` returns the same
   * number.
   */
  direct?(): DirectSocket | LaneSocket | undefined;
  /** How that socket takes shared bytes. Default: `"plain"`. */
  readonly framing?: Framing;
  /** One function for all sinks of a kind. Cheap enough to call for each batch. */
  readonly directVersion?: () => number;
  /** The wheel's tick of the last write, if the sink writes later than it is told to. */
  readonly writtenAt?: number;
  /** The listener is called when a write fills the sink that comes later than the sink was told to. */
  whenFull?(listener: () => void): void;
  /** The client is gone: what was not written yet is dropped. */
  discard?(): void;
  /**
   * Ends the stream after what was written.
   *
   * @param closesConnection the client's next request must not come over the same connection. Default: false.
   */
  end(closesConnection?: boolean): void;
  /** Ends the stream at once, whatever was written. */
  destroy(): void;
  /** Calls `listener` once, when a full sink has room again. */
  onDrain(listener: () => void): void;
}

/** The body of an HTTP response. */
export interface BodySink extends Sink {
  /** Writes several pieces with one system call, as far as that is possible. False: see `write`. */
  writeTogether(pieces: readonly Piece[]): boolean;
}
