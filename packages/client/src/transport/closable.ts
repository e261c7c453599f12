import { onAbort } from "../platform/abort.js";
import type { Clock } from "../platform/clock.js";
import { closedError } from "../wire/failure.js";
import { closedConnection } from "./connection-state.js";
import { failingTransport } from "./failing-transport.js";
import type { Transport } from "./transport.js";

/**
 * Once `closing` aborts, open lanes end as if the server had ended them, and new ones fail. Lanes close at once, but
 * tell it in a microtask: a handler may be closing the client, and the event it got is still on its way to others.
 */
export const closable = ({ lane: create }: Transport, closing: AbortSignal, clock: Clock): Transport => ({
  lane(request, sink) {
    if (closing.aborted) return failingTransport(closedError(), clock.now()).lane(request, sink);
    const lane = create(request, {
      ...sink,
      over(error) {
        stopListening();
        sink.over(error);
      },
    });
    let isClosed = false;
    const stopListening = onAbort(closing, () => {
      lane.close();
      queueMicrotask(() => {
        if (isClosed) return;
        sink.changed(closedConnection(clock.now(), () => request.resume.cursor));
        sink.over(undefined);
      });
    });
    return {
      ...lane,
      close() {
        isClosed = true;
        stopListening();
        lane.close();
      },
    };
  },
});
