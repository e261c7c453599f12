export interface BodyTap {
  chunk(bytes: Uint8Array): void;
  /** Called once: the server ended the stream, the connection broke, or the reader cancelled. */
  closed(how: "ended" | "broke" | "closed"): void;
}

/** Passes the bytes on at the same pace, and shows them to the tap. */
export function tapped(body: ReadableStream<Uint8Array>, tap: BodyTap): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            tap.chunk(value);
            controller.enqueue(value);
            return;
          }
          tap.closed("ended");
          controller.close();
        } catch (error) {
          tap.closed("broke");
          controller.error(error);
        }
      },
      cancel(reason) {
        tap.closed("closed");
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
