/** A position in a topic's log, taken apart. Equal cursors mean equal history up to `offset`. */
export interface Cursor {
  readonly epoch: string;
  readonly offset: number;
  readonly mark: string;
}

/** The longest text that is a cursor, in bytes. */
export const maxCursorLength = 128;

const cursorPattern = /^([\w-]+)\.(0|[1-9]\d{0,15})\.([\w-]+)$/;

/** `E.n.m`, the form in which a cursor is an SSE `id`. PROTOCOL §6. */
export const formatCursor = ({ epoch, offset, mark }: Cursor): string => `${epoch}.${offset}.${mark}`;

/** Takes a cursor's text apart; `undefined` if the text is none. PROTOCOL §6. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length > maxCursorLength) return undefined;
  const match = cursorPattern.exec(text);
  if (!match) return undefined;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1] as string, offset, mark: match[3] as string } : undefined;
}

/** Ids that are no cursors. A native `EventSource` sends them back, and the server knows what they mean. PROTOCOL §6.3. */
export const reservedId = {
  /** The subscription has ended: a request with it is answered 204, which stops a native `EventSource`. */
  end: "$end",
  /** The stream was a plain generator's, which can't be taken up again: a request with it ends as `interrupted`. */
  once: "$once",
} as const;
