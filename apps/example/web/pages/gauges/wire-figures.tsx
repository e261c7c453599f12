import { useCallback } from "react";
import { tap } from "../../client.ts";
import { Figure } from "../../components/figure.tsx";
import { usePolled } from "../../use-polled.ts";

/** What the page's subscriptions cost on the wire. */
export function WireFigures() {
  const { connections, lanes, events, bytes } = usePolled(
    useCallback(() => tap.figures, []),
    200,
  );
  return (
    <dl className="figures">
      <Figure name="Connections" value={connections} />
      <Figure name="Lanes" value={lanes} />
      <Figure name="Events" value={events} />
      <Figure name="Kilobytes" value={(bytes / 1_000).toFixed(1)} />
    </dl>
  );
}
