/** What a block of an event stream says, in the terms of the SSE standard. */
export interface SseMessage {
  readonly event: string | undefined;
  readonly data: string;
  /** Of this very block: it is not inherited (PROTOCOL §5.1). */
  readonly id: string | undefined;
}

export interface SseSink {
  /** A block that has data; the others are nothing. */
  message(message: SseMessage): void;
  comment(text: string): void;
  retry(ms: number): void;
  /** The data of a block, or a line, is longer than `maxLength`. Has to throw. */
  tooLong(): never;
}

/**
 * Reads the text of an event stream, cut anywhere, line by line, as https://html.spec.whatwg.org/multipage/server-sent-events.html
 * says (but for the id). A byte order mark is the decoder's to strip. Whatever `sink` throws leaves it unusable.
 *
 * @param maxLength longest data of a block, in characters.
 */
export function createSseReader(sink: SseSink, maxLength: number): (text: string) => void {
  let event: string | undefined;
  let data: string | undefined;
  let id: string | undefined;
  /** A line whose end has not come yet. Only ever added to, so that a long one in many pieces is put together once. */
  let held = "";
  let afterCr = false;

  function endBlock(): void {
    if (data !== undefined) {
      if (data.length > maxLength) sink.tooLong();
      const message = { event, data, id };
      event = data = id = undefined;
      sink.message(message);
    } else event = id = undefined;
  }

  /** The line from `from` to `to`, which is not empty. Names are found in place: most lines cost no text but their value. */
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
    if (to >= 0 && held !== "") {
      const line = held + text.slice(0, to);
      held = "";
      readLine(line, 0, line.length);
      from = to + 1;
      to = text.indexOf("\n", from);
    }
    while (to >= 0) {
      if (to > from) readLine(text, from, to);
      else endBlock();
      from = to + 1;
      if (text.charCodeAt(from) === 10) {
        endBlock(); // seen without a search
        from++;
      }
      to = text.indexOf("\n", from);
    }
    held += from === 0 ? text : text.slice(from);
    if (held.length + (data?.length ?? 0) > maxLength + "data: ".length) sink.tooLong();
  };
}

/**
 * The value of a line whose first character is the field's; undefined if it is another field after all. A line without a colon
 * is a field with an empty value. Compared by characters, which is faster than `startsWith`.
 *
 * @param field its name and a colon.
 */
function fieldValue(field: string, text: string, from: number, to: number): string | undefined {
  for (let index = 1; index < field.length; index++) {
    if (text.charCodeAt(from + index) === field.charCodeAt(index)) continue;
    return index === field.length - 1 && from + index === to ? "" : undefined;
  }
  const start = from + field.length;
  return text.slice(text.charCodeAt(start) === 32 ? start + 1 : start, to);
}

/** Makes every line end LF; a CR counts at once, and an LF that follows it in the next chunk is part of it. */
function toLf(text: string, afterCr: boolean): string {
  const rest = afterCr && text.startsWith("\n") ? text.slice(1) : text;
  return rest.includes("\r") ? rest.replace(/\r\n?/g, "\n") : rest;
}
