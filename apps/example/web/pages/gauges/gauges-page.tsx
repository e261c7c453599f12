import { useSubscription } from "@sluice/client/react";
import { useState } from "react";
import { gaugeNames } from "../../../shared/gauges.ts";
import { Page } from "../../components/page.tsx";
import { Segments } from "../../components/segments.tsx";
import { GaugeTile } from "./gauge-tile.tsx";
import { client } from "./shared-client.ts";
import { WireFigures } from "./wire-figures.tsx";

const counts = [6, 12, 30].map((count) => ({ value: count, label: `${count} gauges` }));

export function GaugesPage() {
  const [count, choose] = useState(30);
  const shown = gaugeNames.slice(0, count);
  // The first tile's subscription, once more: two hooks with one input share a lane.
  const { connection } = useSubscription(client.gauges.level, { gauge: gaugeNames[0] });

  return (
    <Page
      title="One connection"
      lede="Each tile is a useSubscription of its own, and all of them share one HTTP stream. A browser opens six connections to an HTTP/1.1 server: thirty streams would leave none for images, queries, or a second window. Open one: it shares this stream, too."
      connections={{ "gauges/level": connection }}
    >
      <div className="controls card">
        <Segments legend="Subscriptions" name="count" options={counts} value={count} onChoose={choose} />
        <WireFigures />
      </div>
      <ul className="gauges" aria-label="Gauges">
        {shown.map((gauge) => (
          <GaugeTile key={gauge} gauge={gauge} />
        ))}
      </ul>
    </Page>
  );
}
