/** A parsed cursor: a place in a topic's history. Equal cursors mean equal history up to `offset`. */
export interface Cursor {
  readonly epoch: string;
  readonly offset: number;
  readonly mark: string;
}

/** Maximum length of a cursor's text, in bytes. */
export const maxCursorLength = 128;

const cursorPattern = /^([\w-]+)\.(0|[1-9]\d{0,15})\.([\w-]+)$/;

/** Formats a cursor as text, `epoch.offset.mark`: the SSE `id` of a frame. PROTOCOL §6. */
export const formatCursor = ({ epoch, offset, mark }: Cursor): string => `${epoch}.${offset}.${mark}`;

/** Parses a cursor; `undefined` if the text is not a cursor. PROTOCOL §6. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length > maxCursorLength) return undefined;
  const match = cursorPattern.exec(text);
  if (!match) return undefined;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1] as string, offset, mark: match[3] as string } : undefined;
}

/** Ids that are not cursors. A native `EventSource` sends them back to the server. PROTOCOL §6.3. */
export const reservedId = {
  /**
   * The subscription has ended. The server answers a request with this id with 204, which stops a native
   * `EventSource`.
   */
  end: "$end",
  /** The stream was a plain generator's and can't be resumed. A request with this id ends with `interrupted`. */
  once: "$once",
} as const;
