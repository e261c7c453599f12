import type { Connection, ConnectionStatus } from "@sluice/client";
import { useCallback } from "react";
import { usePolled } from "../use-polled.ts";

const words: Record<ConnectionStatus, string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  paused: "Paused",
  closed: "Closed",
};

/** Shows the state of a subscription's connection. */
export function ConnectionBadge({ path, connection }: { path: string; connection: Connection }) {
  const { status, attempt, retryAt, stale } = connection;
  const cursor = usePolled(
    useCallback(() => connection.cursor(), [connection]),
    300,
  );
  return (
    <div className="badge" data-state={stale ? "stale" : status}>
      <span className="badge-path">{path}</span>
      <span className="badge-state" role="status">
        {stale ? "Stale" : words[status]}
      </span>
      {attempt > 0 && status !== "closed" && <span>attempt {attempt}</span>}
      {stale && <span>the server's log is away</span>}
      {retryAt !== undefined && <Countdown to={retryAt} />}
      {cursor !== undefined && <code title={`Cursor ${cursor}`}>{abbreviate(cursor)}</code>}
    </div>
  );
}

function Countdown({ to }: { to: number }) {
  const seconds = usePolled(useCallback(() => Math.max(0, Math.ceil((to - Date.now()) / 100) / 10), [to]));
  return <span>in {seconds.toFixed(1)} s</span>;
}

const abbreviate = (cursor: string) => (cursor.length > 16 ? `${cursor.slice(0, 5)}…${cursor.slice(-8)}` : cursor);
