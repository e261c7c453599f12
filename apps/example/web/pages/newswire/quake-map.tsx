import { sluiceQuery } from "@sluice/client/query";
import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import type { Quake } from "../../../shared/newswire.ts";
import { mapHeight, mapWidth, projection } from "../../../shared/projection.ts";
import { client } from "../../client.ts";

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });

/** The places of the earthquakes. The latest report has a ring; older ones fade. */
export function QuakeMap({ reports }: { reports: readonly Quake[] }) {
  const latest = reports.at(-1);
  return (
    <figure className="card map">
      <svg viewBox={`0 0 ${mapWidth} ${mapHeight}`} role="img" aria-label="Map of the latest reports">
        <Land />
        {reports.map((quake, index) => (
          <Dot key={quake.seq} quake={quake} age={(reports.length - index) / reports.length} />
        ))}
        {latest && <Ring key={latest.seq} quake={latest} />}
      </svg>
      <figcaption className="hint">{latest ? day.format(latest.at) : "Waiting for a report"}</figcaption>
    </figure>
  );
}

/** The land doesn't change, so it is fetched once and kept. */
const Land = memo(() => {
  const { data: path } = useQuery({ ...sluiceQuery(client.newswire.land), staleTime: Number.POSITIVE_INFINITY });
  return path && <path className="land" d={path} />;
});

interface DotProps {
  readonly quake: Quake;
  /** 1 for the oldest; near 0 for the latest. */
  readonly age: number;
}

const Dot = ({ quake, age }: DotProps) => (
  <circle
    {...placeOf(quake)}
    className="dot"
    data-strong={quake.magnitude >= 5}
    style={{ r: `calc(${radiusOf(quake)}px * var(--dots))`, opacity: 0.9 - 0.65 * age }}
  />
);

const Ring = ({ quake }: { quake: Quake }) => (
  <circle {...placeOf(quake)} className="ring" style={{ r: `calc(${radiusOf(quake) + 4}px * var(--dots))` }} />
);

function placeOf({ longitude, latitude }: Quake) {
  const [cx, cy] = projection([longitude, latitude]) ?? [0, 0];
  return { cx, cy };
}

const radiusOf = ({ magnitude }: Quake) => 2 + Math.max(0, magnitude) ** 1.6 * 0.75;
