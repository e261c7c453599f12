import { type Cursor, reservedId } from "./cursor.js";
import type { Frame } from "./frame.js";

/**
 * The text of a frame, ending in the empty line that closes it. PROTOCOL §5.
 *
 * @throws RangeError if it would be read as another frame, or as none: an id that isn't 1 to 128 characters from `!` to `~`,
 * an event type that is a control frame's, a lane's or no line, a retry that isn't a whole number.
 */
export function encodeFrame(frame: Frame): string {
  switch (frame.kind) {
    case "event":
      return block(frame.lane, eventType(frame.type), frame.data, frame.id);
    case "open": {
      const { stream, heartbeat, resumable, head, version, subscriptions } = frame;
      const data = { kind: stream, heartbeat, resumable, head, version, subscriptions };
      return block(frame.lane, "$open", JSON.stringify(data), frame.id);
    }
    case "snapshot":
      return block(frame.lane, "$snapshot", frame.data, frame.id);
    case "live":
      return block(frame.lane, "$live", "{}", frame.id);
    case "reset": {
      const { reason, oldest, head } = frame;
      return block(frame.lane, "$reset", JSON.stringify({ reason, oldest, head }), undefined);
    }
    case "at":
      return block(frame.lane, "$at", "{}", frame.id);
    case "error": {
      const { code, message, data, final } = frame;
      const id = final && frame.lane === undefined ? reservedId.end : undefined;
      return block(frame.lane, "$error", JSON.stringify({ code, message, data, final }), id);
    }
    case "end":
      return block(frame.lane, "$end", "{}", frame.lane === undefined ? reservedId.end : undefined);
    case "drain":
      return `retry: ${milliseconds(frame.retry)}\n${block(undefined, "$drain", JSON.stringify({ retry: frame.retry }), undefined)}`;
    case "comment":
      return `: ${oneLine(frame.text)}\n\n`;
    case "retry":
      return `retry: ${milliseconds(frame.ms)}\n\n`;
    case "unknown":
      throw new RangeError(`Frames of the unknown type ${JSON.stringify(frame.type)} are read, never written.`);
  }
}

/**
 * The text of an event that comes from a log: what `encodeFrame` gives, without looking at type and cursor again. The
 * contract has checked the type, and an engine's cursors are header-safe by its port.
 */
export const encodeLogged = (type: string, data: string, { epoch, offset, mark }: Cursor): string =>
  `id: ${epoch}.${offset}.${mark}\nevent: ${type}\ndata: ${oneLine(data)}\n\n`;

function block(lane: number | undefined, type: string, data: string, id: string | undefined): string {
  const name = lane === undefined ? type : `${lane}/${type}`;
  const idLine = id === undefined ? "" : `id: ${headerSafe(id)}\n`;
  return `${idLine}event: ${name}\ndata: ${oneLine(data)}\n\n`;
}

/** Whatever has this form comes back unchanged in a `Last-Event-ID` header. */
const idPattern = /^[!-~]{1,128}$/;

function headerSafe(id: string): string {
  if (!idPattern.test(id)) throw new RangeError(`An id is 1 to 128 characters from ! to ~, not ${JSON.stringify(id)}.`);
  return id;
}

const notEventType = /^$|^\$|[\r\n\0/]/;

function eventType(type: string): string {
  if (notEventType.test(type)) {
    throw new RangeError(
      `An event type has no CR, LF, NUL or /, no $ at its start, and isn't ${JSON.stringify(type)}.`,
    );
  }
  return type;
}

function milliseconds(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0) throw new RangeError(`retry is ${retry}, not a whole number of ms.`);
  return retry;
}

/** JSON from elsewhere may be spread over lines. A line break in JSON text stands between tokens only, so it can go. */
const oneLine = (json: string) =>
  json.indexOf("\n") !== -1 || json.indexOf("\r") !== -1 ? json.replace(/[\r\n]+/g, " ") : json;
