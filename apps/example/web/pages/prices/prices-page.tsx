import { useSubscription } from "@sluice/client/react";
import { useMemo, useState } from "react";
import { symbols, type TickerSymbol } from "../../../shared/prices.ts";
import { client } from "../../client.ts";
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

  // The handlers see every tick. What React renders comes once per frame, whatever the rate.
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
      onReset() {
        tally.reset();
        series.clear();
      },
      fold: {
        key: "range",
        initial: { high: Number.NEGATIVE_INFINITY, low: Number.POSITIVE_INFINITY },
        step: (range, { data: { price } }) =>
          price > range.high || price < range.low
            ? { high: Math.max(price, range.high), low: Math.min(price, range.low) }
            : range,
      },
    },
  );
  const rate = useSubscription(client.prices.rate);
  const perSecond = rate.data?.perSecond;

  return (
    <Page
      title="Prices"
      lede="Monthly prices of 2000 to 2010, replayed as ticks. Every tick is numbered, so the page can count what is missing or came twice, however often the connection breaks."
      connections={{ "prices/ticks": ticks.connection, "prices/rate": rate.connection }}
    >
      <div className="controls card">
        <SymbolPicker symbol={symbol} onChoose={choose} />
        {perSecond !== undefined && <RateSlider perSecond={perSecond} />}
      </div>
      <section className="chart card" aria-label="Chart">
        <Market tally={tally} range={ticks.data} />
        <PriceChart series={series} symbol={symbol} perSecond={perSecond ?? 1} />
      </section>
      <Figures tally={tally} />
    </Page>
  );
}

const recordsOf = (_: TickerSymbol) => ({ series: new TickSeries(), tally: new TickTally() });
