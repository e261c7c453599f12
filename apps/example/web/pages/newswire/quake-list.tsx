import type { Quake } from "../../../shared/newswire.ts";

const maxReports = 60;
/** From this magnitude on, screen readers announce a report. */
const strong = 5;

const moment = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** The reports, newest first. */
export function QuakeList({ reports }: { reports: readonly Quake[] }) {
  const news = reports.findLast(({ magnitude }) => magnitude >= strong);
  return (
    <section className="card quakes" aria-labelledby="quakes-title">
      <h2 id="quakes-title">Latest reports</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard */}
      <ol tabIndex={0} aria-labelledby="quakes-title">
        {reports
          .slice(-maxReports)
          .reverse()
          .map(({ seq, magnitude, place, at, depth }) => (
            <li key={seq} data-quake={seq} data-strong={magnitude >= strong}>
              <b>{magnitude.toFixed(1)}</b>
              <span>
                {place}
                <small>
                  <time dateTime={at.toISOString()}>{moment.format(at)}</time>, {Math.round(depth)} km deep
                </small>
              </span>
            </li>
          ))}
      </ol>
      {reports.length === 0 && <p className="hint">Nothing that strong of late. It will come.</p>}
      <p className="visually-hidden" aria-live="polite">
        {news && `Magnitude ${news.magnitude.toFixed(1)}, ${news.place}`}
      </p>
    </section>
  );
}
