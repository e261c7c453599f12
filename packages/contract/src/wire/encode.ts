import { type Cursor, reservedId } from "./cursor.js";
import type { Frame, SnapshotFrame } from "./frame.js";
import { type ControlKind, frameTable, memberOf, type Row } from "./frame-table.js";

/**
 * The text of a frame, including the empty line at its end. PROTOCOL §5.
 *
 * @throws RangeError if a reader would not read the same frame back: if an id is not 1 to 128 characters from `!` to
 * `~`, if an event type belongs to a control frame or a lane or is not a single line, or if a retry is not a whole
 * number.
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
      throw new RangeError(`Frames of the unknown type ${JSON.stringify(frame.type)} can be read, but not written.`);
    case "drain":
      // A native `EventSource` understands only this line.
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
  const data = members === "json" ? (frame as SnapshotFrame).data : dataOf(members, values);
  return block(lane, `$${frame.kind}`, data, idOf(frame, id));
}

/** A server writes one `$open` for each lane that it opens: entries of a list would cost twice as much. */
function dataOf(members: object, values: Readonly<Record<string, unknown>>): string {
  const data: Record<string, unknown> = {};
  for (const property in members) data[memberOf(property)] = values[property];
  return JSON.stringify(data);
}

function idOf(frame: ControlFrame, rule: Row<Frame>[0]): string | undefined {
  if (rule !== "end") return "id" in frame ? frame.id : undefined;
  const isFinal = frame.kind === "end" || (frame.kind === "error" && frame.final);
  return isFinal && frame.lane === undefined ? reservedId.end : undefined;
}

/**
 * The text of an event from a log. It equals the result of `encodeFrame`, but doesn't check the type and the cursor
 * again: the contract has checked the type, and the log port guarantees header-safe cursors.
 */
export const encodeLogged = (type: string, data: string, { epoch, offset, mark }: Cursor): string =>
  `id: ${epoch}.${offset}.${mark}\nevent: ${type}\ndata: ${oneLine(data)}\n\n`;

function block(lane: number | undefined, type: string, data: string, id: string | undefined): string {
  const name = lane === undefined ? type : `${lane}/${type}`;
  const idLine = id === undefined ? "" : `id: ${headerSafe(id)}\n`;
  return `${idLine}event: ${name}\ndata: ${oneLine(data)}\n\n`;
}

/** Text of this form survives unchanged in a `Last-Event-ID` header. */
const idPattern = /^[!-~]{1,128}$/;

function headerSafe(id: string): string {
  if (!idPattern.test(id))
    throw new RangeError(`An id must be 1 to 128 characters from ! to ~: ${JSON.stringify(id)}.`);
  return id;
}

const notEventType = /^$|^\$|[\r\n\0/]/;

function eventType(type: string): string {
  if (notEventType.test(type)) {
    throw new RangeError(
      `An event type must not be empty, start with $ or contain CR, LF, NUL or /: ${JSON.stringify(type)}.`,
    );
  }
  return type;
}

function milliseconds(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0)
    throw new RangeError(`retry is ${retry}; allowed is a whole number of milliseconds.`);
  return retry;
}

/** JSON from other sources may have line breaks. They only occur between tokens, so a space can replace them. */
const oneLine = (json: string) =>
  json.indexOf("\n") !== -1 || json.indexOf("\r") !== -1 ? json.replace(/[\r\n]+/g, " ") : json;
