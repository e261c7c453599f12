import { useCallback } from "react";
import { tap } from "../client.ts";
import { usePolled } from "../use-polled.ts";

/** Which of several servers this window's streams come from; see `npm run start:cluster`. */
export function ServedBy() {
  const { servers } = usePolled(useCallback(() => tap.figures, []));
  if (servers.length === 0) return null;
  return (
    <p className="served-by">
      Served by{" "}
      {servers.map((name) => (
        <b key={name}>server {name}</b>
      ))}
    </p>
  );
}
