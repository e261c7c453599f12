import { type Cursor, reservedId } from "./cursor.js";
import type { Frame, SnapshotFrame } from "./frame.js";
import { type ControlKind, frameTable, memberOf, type Row } from "./frame-table.js";

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
    case "comment":
      return `: ${oneLine(frame.text)}\n\n`;
    case "retry":
      return `retry: ${milliseconds(frame.ms)}\n\n`;
    case "unknown":
      throw new RangeError(`Frames of the unknown type ${JSON.stringify(frame.type)} are read, never written.`);
    case "drain":
      // A native `EventSource` reads no more of it than this line.
      return `retry: ${milliseconds(frame.retry)}\n${encodeControl(frame)}`;
    default:
      return encodeControl(frame);
  }
}

type ControlFrame = Extract<Frame, { kind: ControlKind }>;

function encodeControl(frame: ControlFrame): string {
  const [id, members] = frameTable[frame.kind];
  const values = frame as unknown as Readonly<Record<string, unknown>>;
  const lane = "lane" in frame ? frame.lane : undefined;
  const data =
    members === "json"
      ? (frame as SnapshotFrame).data
      : JSON.stringify(
          Object.fromEntries(Object.keys(members).map((property) => [memberOf(property), values[property]])),
        );
  return block(lane, `$${frame.kind}`, data, idOf(frame, id));
}

function idOf(frame: ControlFrame, rule: Row<Frame>[0]): string | undefined {
  if (rule !== "end") return "id" in frame ? frame.id : undefined;
  const isFinal = frame.kind === "end" || (frame.kind === "error" && frame.final);
  return isFinal && frame.lane === undefined ? reservedId.end : undefined;
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
