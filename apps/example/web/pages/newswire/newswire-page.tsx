import { useSubscription } from "@sluice/client/react";
import { useState } from "react";
import { client } from "../../client.ts";
import { useLostHistory } from "../../components/lost-history.tsx";
import { Page } from "../../components/page.tsx";
import { Segments } from "../../components/segments.tsx";
import { QuakeFigures } from "./quake-figures.tsx";
import { QuakeList } from "./quake-list.tsx";
import { QuakeMap } from "./quake-map.tsx";

/** The steps of the feeds of the US Geological Survey. */
const steps = [
  { value: "all", label: "All" },
  { value: "1", label: "1.0 and up" },
  { value: "2.5", label: "2.5 and up" },
  { value: "4.5", label: "4.5 and up" },
];

/** Number of reports on the map and in the list. */
const shown = 150;

export function NewswirePage() {
  const [step, choose] = useState("2.5");
  const input = step === "all" ? {} : { minMagnitude: Number(step) };
  const { lost, onReset } = useLostHistory();
  const quakes = useSubscription(client.newswire.quakes, input, { list: shown, onReset });
  const reports = quakes.data?.map(({ data }) => data) ?? [];

  return (
    <Page
      title="Newswire"
      lede="A week of earthquakes in 2018, thirty minutes a second. All readers share one log, and the server leaves out reports that are too small for a reader. They are never sent, and a resume still continues after them."
      connections={{ "newswire/quakes": quakes.connection }}
      lost={lost}
    >
      <div className="controls card">
        <Segments legend="Magnitude" name="magnitude" options={steps} value={step} onChoose={choose} />
        <QuakeFigures input={input} />
      </div>
      {quakes.status === "error" && <p role="alert">{quakes.error.message}</p>}
      <div className="newswire">
        <QuakeMap reports={reports} />
        <QuakeList reports={reports} />
      </div>
    </Page>
  );
}
