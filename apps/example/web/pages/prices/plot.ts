import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { capacity, type TickSeries } from "./tick-series.ts";

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

/** An empty chart in the page's colours. A canvas can't use custom properties, so another theme needs a new chart. */
export function createPlot(host: HTMLElement, series: TickSeries): uPlot {
  const colour = (name: string) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    host.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const font = `12px ${getComputedStyle(host).fontFamily}`;
  const accent = colour("--accent");
  const axis: uPlot.Axis = {
    stroke: colour("--muted"),
    font,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      // Room on the right for half a label of the last day.
      padding: [12, Math.ceil(widestLabel(font) / 2) + 2, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      // Ticks are placed by number; the axis labels them with their historical date.
      scales: { x: { time: false } },
      axes: [
        {
          ...axis,
          size: 34,
          space: (_self, _axis, _min, _max, width) => (width < 400 ? 76 : 110),
          values: (_, splits) => splits.map((seq) => dayOf(series, seq)),
        },
        { ...axis, size: 56 },
      ],
      series: [{}, { stroke: accent, width: 1.5, fill: colour("--accent-soft"), points: { show: false } }],
    },
    [[], []],
    host,
  );
}

function widestLabel(font: string): number {
  const text = document.createElement("canvas").getContext("2d");
  if (!text) return 0;
  text.font = font;
  const days = Array.from({ length: 366 }, (_, i) => day.format(Date.UTC(2000, 0, 1 + i)));
  return Math.max(...days.map((label) => text.measureText(label).width));
}

function dayOf(series: TickSeries, seq: number): string {
  const { seq: numbers, at } = series.last(capacity);
  const moment = at[seq - (numbers[0] ?? seq)];
  return moment === undefined ? "" : day.format(moment);
}
