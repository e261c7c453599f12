import { useCallback } from "react";
import { tap } from "../client.ts";
import { usePolled } from "../use-polled.ts";

/** How many HTTP streams carry the page's subscriptions. */
export function ConnectionCount() {
  const { connections, lanes } = usePolled(useCallback(() => tap.figures, []));
  return (
    <p className="connection-count">
      {connections === 0 ? none : `${count(connections, "connection")} for ${count(lanes, "subscription")}`}
    </p>
  );
}

const none = "This window has no connection of its own";

const count = (number: number, of: string) => `${number} ${of}${number === 1 ? "" : "s"}`;
