import { useSubscription } from "@sluice/client/react";
import { useMemo, useState } from "react";
import { symbols, type TickerSymbol } from "../../../shared/prices.ts";
import { client } from "../../client.ts";
import { useLostHistory } from "../../components/lost-history.tsx";
import { Page } from "../../components/page.tsx";
import { Figures } from "./figures.tsx";
import { Market } from "./market.tsx";
import { PriceChart } from "./price-chart.tsx";
import { RateSlider } from "./rate-slider.tsx";
import { SymbolPicker } from "./symbol-picker.tsx";
import { TickSeries } from "./tick-series.ts";
import { TickTally } from "./tick-tally.ts";

export function PricesPage() {
  const [symbol, choose] = useState<TickerSymbol>(symbols[0]);
  const { series, tally } = useMemo(() => recordsOf(symbol), [symbol]);

  const { lost, onReset } = useLostHistory();

  // The handlers get every tick. This page renders once, for the first tick; the components that show prices poll for
  // changes.
  const ticks = useSubscription(
    client.prices.ticks,
    { symbol },
    {
      on: {
        tick(tick) {
          tally.add(tick);
          series.add(tick);
        },
      },
      onReset(reset) {
        tally.reset();
        series.clear();
        onReset(reset);
      },
      fold: { key: "any", initial: false, step: () => true },
    },
  );
  const rate = useSubscription(client.prices.rate);
  const perSecond = rate.data?.perSecond;

  return (
    <Page
      title="Prices"
      lede="Monthly prices of 2000 to 2010, replayed as ticks. Every tick is numbered, so the page can count missing and duplicate ticks, however often the connection breaks."
      connections={{ "prices/ticks": ticks.connection, "prices/rate": rate.connection }}
      lost={lost}
    >
      <div className="controls card">
        <SymbolPicker symbol={symbol} onChoose={choose} />
        {perSecond !== undefined && <RateSlider perSecond={perSecond} />}
      </div>
      <section className="chart card" aria-label="Chart">
        <Market symbol={symbol} />
        <PriceChart series={series} symbol={symbol} perSecond={perSecond ?? 1} />
      </section>
      <Figures tally={tally} isLive={ticks.data === true && ticks.connection.status === "live"} />
    </Page>
  );
}

const recordsOf = (_: TickerSymbol) => ({ series: new TickSeries(), tally: new TickTally() });
