import type { Frame } from "@sluice/contract/wire";

/** What a reader gets to see of a response. */
export interface View {
  /**
   * The frame as it is on a stream of its own, if it is the reader's.
   *
   * @throws Error if it breaks the protocol
   */
  see(frame: Frame): Frame | undefined;
  /** Whether nothing follows, though the response may go on. */
  readonly isOver: boolean;
  /** What else has to happen after each thing that a test has waited for. */
  beat?(isOver: () => boolean): Promise<void>;
  /** Called after each chunk, and at the end of the response. */
  proceed?(): void;
}

/** A stream of one's own. */
export const wholeStream: View = { see: (frame) => frame, isOver: false };
