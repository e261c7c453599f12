import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { onThemeChange } from "../../theme.ts";
import { drawLoop } from "./draw-loop.ts";
import { createPlot } from "./plot.ts";
import { capacity, type TickSeries } from "./tick-series.ts";

interface PriceChartProps {
  readonly series: TickSeries;
  readonly symbol: string;
  readonly perSecond: number;
}

/** Length of the visible history in seconds, at the current rate and within the series' capacity. */
const seconds = 10;
const fewest = 600;

/** The latest ticks, drawn once per frame. React renders the component once; ticks bypass React. */
export function PriceChart({ series, symbol, perSecond }: PriceChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const count = useRef(fewest);
  useEffect(() => {
    count.current = Math.min(capacity, Math.max(fewest, seconds * perSecond));
  }, [perSecond]);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let plot: uPlot | undefined;
    let drawn: unknown;
    const build = () => {
      plot?.destroy();
      plot = createPlot(element, series);
      drawn = undefined;
    };
    build();
    const size = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: element.clientHeight }));
    size.observe(element);
    const stopTheme = onThemeChange(build);
    const stopDrawing = drawLoop(() => {
      if (drawn === series.version) return;
      drawn = series.version;
      const { seq, price } = series.last(count.current);
      plot?.setData([seq, price]);
    });
    return () => {
      stopDrawing();
      stopTheme();
      size.disconnect();
      plot?.destroy();
    };
  }, [series]);

  return <div ref={host} role="img" aria-label={`The latest prices of ${symbol}`} />;
}
