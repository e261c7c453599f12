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
  comment(text: string): void;
  retry(ms: number): void;
  /** Called when the data of a block, or a line, is longer than `maxLength`. Must throw. */
  tooLong(): never;
}

/**
 * Reads the text of an event stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html defines it,
 * except that ids are not inherited. Chunks may be cut anywhere. The text decoder must strip a byte order mark. The
 * reader can't be used after `sink` has thrown.
 *
 * @param maxLength maximum length of a block's data, in characters.
 */
export function createSseReader(sink: SseSink, maxLength: number): (text: string) => void {
  let event: string | undefined;
  let data: string | undefined;
  let id: string | undefined;
  /** The start of an incomplete line. It is only appended to, so a long line in many pieces is built once. */
  let partialLine = "";
  let afterCr = false;

  function endBlock(): void {
    if (data !== undefined) {
      if (data.length > maxLength) sink.tooLong();
      const message = { event, data, id };
      event = data = id = undefined;
      sink.message(message);
    } else event = id = undefined;
  }

  /**
   * Reads the line from `from` to `to`, which is not empty. It compares field names in place, so most lines allocate
   * only their value.
   */
  function readLine(text: string, from: number, to: number): void {
    switch (text.charCodeAt(from)) {
      case 100 /* d */:
        {
          const value = fieldValue("data:", text, from, to);
          if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`;
          break;
        }
      case 101 /* e */:
        {
          const value = fieldValue("event:", text, from, to);
          if (value !== undefined) event = value || undefined;
          break;
        }
      case 105 /* i */:
        {
          const value = fieldValue("id:", text, from, to);
          if (value !== undefined && !value.includes("\0")) id = value;
          break;
        }
      case 114 /* r */:
        {
          const value = fieldValue("retry:", text, from, to);
          if (value && /^\d+$/.test(value)) sink.retry(Number(value));
          break;
        }
      case 58 /* : */:
        sink.comment(fieldValue(":", text, from, to) as string);
    }
  }

  return (given) => {
    if (given === "") return;
    const text = toLf(given, afterCr);
    afterCr = given.endsWith("\r");
    let from = 0;
    let to = text.indexOf("\n");
    if (to >= 0 && partialLine !== "") {
      const line = partialLine + text.slice(0, to);
      partialLine = "";
      readLine(line, 0, line.length);
      from = to + 1;
      to = text.indexOf("\n", from);
    }
    while (to >= 0) {
      if (to > from) readLine(text, from, to);
      else endBlock();
      from = to + 1;
      if (text.charCodeAt(from) === 10) {
        endBlock(); // an empty line, found without a search
        from++;
      }
      to = text.indexOf("\n", from);
    }
    partialLine += from === 0 ? text : text.slice(from);
    if (partialLine.length + (data?.length ?? 0) > maxLength + "data: ".length) sink.tooLong();
  };
}

/**
 * The value of a line whose first character matches the field; `undefined` if it is a different field. A line without
 * a colon is a field with an empty value. Comparing characters is faster than `startsWith`.
 *
 * @param field the field's name and a colon.
 */
function fieldValue(field: string, text: string, from: number, to: number): string | undefined {
  for (let index = 1; index < field.length; index++) {
    if (text.charCodeAt(from + index) === field.charCodeAt(index)) continue;
    return index === field.length - 1 && from + index === to ? "" : undefined;
  }
  const start = from + field.length;
  return text.slice(text.charCodeAt(start) === 32 ? start + 1 : start, to);
}

/** Converts all line ends to LF. A CR ends a line at once; an LF at the start of the next chunk then belongs to it. */
function toLf(text: string, afterCr: boolean): string {
  const rest = afterCr && text.startsWith("\n") ? text.slice(1) : text;
  return rest.includes("\r") ? rest.replace(/\r\n?/g, "\n") : rest;
}
