import { useSubscription } from "@sluice/client/react";
import type { gaugeNames } from "../../../shared/gauges.ts";
import { client } from "./shared-client.ts";

/** One gauge: a subscription of its own. */
export function GaugeTile({ gauge }: { gauge: (typeof gaugeNames)[number] }) {
  const { data, connection } = useSubscription(client.gauges.level, { gauge });
  const levels = data?.levels ?? [];
  const level = levels.at(-1);
  return (
    <li className="gauge card" data-state={connection.status}>
      <h2>{gauge}</h2>
      <p>
        {level === undefined ? "–" : <strong>{level}</strong>} <small>cm</small>
      </p>
      <Line levels={levels} />
    </li>
  );
}

function Line({ levels }: { levels: readonly number[] }) {
  const low = Math.min(...levels);
  const height = Math.max(...levels) - low || 1;
  const points = levels.map((level, index) => `${index * 4},${26 - (24 * (level - low)) / height}`);
  return (
    <svg viewBox="0 0 92 28" preserveAspectRatio="none" aria-hidden="true">
      {levels.length > 1 && <polyline points={points.join(" ")} />}
    </svg>
  );
}
