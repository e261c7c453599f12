import { useCallback } from "react";
import { tap } from "../client.ts";
import { usePolled } from "../use-polled.ts";

/** How many HTTP streams carry the page's subscriptions. */
export function ConnectionCount() {
  const { connections, lanes } = usePolled(useCallback(() => tap.figures, []));
  return (
    <p className="connection-count">
      {count(connections, "connection")} for {count(lanes, "subscription")}
    </p>
  );
}

const count = (number: number, of: string) => `${number} ${of}${number === 1 ? "" : "s"}`;
