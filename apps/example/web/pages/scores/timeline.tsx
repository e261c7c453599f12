import type { Match } from "../../../shared/scores.ts";

/** The goals of a match on its timeline: home team above the line, guests below. */
export function Timeline({ match }: { match: Match }) {
  const last = Math.max(90, ...match.goals.map(({ minute }) => minute));
  return (
    <div className="timeline" aria-hidden="true">
      {[0, 45, 90].map((minute) => (
        <i key={minute} style={{ left: `${(100 * minute) / last}%` }}>
          {minute}′
        </i>
      ))}
      {match.goals.map(({ id, side, minute }) => (
        <b key={id} data-side={side} style={{ left: `${(100 * minute) / last}%` }} />
      ))}
    </div>
  );
}
