import { isDevelopment } from "#development";
import type { CommentFrame, RetryFrame } from "./frame.js";
import { textNumber } from "./text-number.js";
import { WireError } from "./wire-error.js";

/** One block of an event stream, in the terms of the SSE standard. */
export interface SseMessage {
  readonly event: string | undefined;
  readonly data: string;
  /** The id of this block. It is not inherited from an earlier block (PROTOCOL §5.1). */
  readonly id: string | undefined;
}

export interface SseSink {
  /** Called for each block that has data. */
  message(message: SseMessage): void;
  /** Called for what has a frame of its own, within a block or not. */
  frame(frame: CommentFrame | RetryFrame): void;
}

/**
 * Reads the text of an event stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html defines it,
 * except that ids are not inherited. Chunks may be cut anywhere. The text decoder must strip a byte order mark. The
 * reader can't be used after `sink` has thrown.
 *
 * @param maxLength maximum length of a block's data, in characters.
 * @throws WireError if the data of a block, or a line, is longer.
 */
export function createSseReader(sink: SseSink, maxLength: number): (text: string) => void {
  let event: string | undefined;
  let data: string | undefined;
  let id: string | undefined;
  /** The start of an incomplete line. It is only appended to, so a long line in many pieces is built once. */
  let partialLine = "";
  let afterCr = false;

  function checkLength(length: number): void {
    if (length <= maxLength) return;
    throw new WireError(
      isDevelopment ? `A frame is longer than ${maxLength} characters, the limit.` : textNumber(1, maxLength),
    );
  }

  function endBlock(): void {
    const message = { event, data: data as string, id };
    event = data = id = undefined;
    if (message.data === undefined) return;
    checkLength(message.data.length);
    sink.message(message);
  }

  /** A line without a colon is a field with an empty value. */
  function readLine(line: string): void {
    const found = line.indexOf(":");
    const colon = found < 0 ? line.length : found;
    const value = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    switch (line.slice(0, colon)) {
      case "data":
        data = data === undefined ? value : `${data}\n${value}`;
        break;
      case "event":
        event = value || undefined;
        break;
      case "id":
        if (!value.includes("\0")) id = value;
        break;
      case "retry":
        if (/^\d+$/.test(value)) sink.frame({ kind: "retry", ms: Number(value) });
        break;
      case "":
        sink.frame({ kind: "comment", text: value });
    }
  }

  return (given) => {
    if (given === "") return;
    const text = toLf(given, afterCr);
    afterCr = given.endsWith("\r");
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      const line = partialLine + text.slice(from, to);
      partialLine = "";
      from = to + 1;
      if (line === "") endBlock();
      else readLine(line);
    }
    partialLine += text.slice(from);
    checkLength(partialLine.length + (data?.length ?? 0) - "data: ".length);
  };
}

/** Converts all line ends to LF. A CR ends a line at once; an LF at the start of the next chunk then belongs to it. */
function toLf(text: string, afterCr: boolean): string {
  const rest = afterCr && text.startsWith("\n") ? text.slice(1) : text;
  return rest.includes("\r") ? rest.replace(/\r\n?/g, "\n") : rest;
}
