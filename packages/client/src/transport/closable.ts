import type { SluiceError } from "@sluice/contract";
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
    let isOver = false;
    const over = (error: SluiceError | undefined): void => {
      if (isOver) return;
      isOver = true;
      stopListening();
      sink.over(error);
    };
    const lane = create(request, { ...sink, over });
    const end = async (): Promise<void> => {
      lane.close();
      await undefined;
      if (!isOver) {
        sink.changed(closedConnection(clock.now(), () => request.resume.cursor));
        over(undefined);
      }
    };
    const stopListening = onAbort(closing, end);
    if (closing.aborted) void end(); // the application's clock did that
    return {
      ...lane,
      close() {
        isOver = true;
        stopListening();
        lane.close();
      },
    };
  },
});
