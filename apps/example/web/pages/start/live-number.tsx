import { useSubscription } from "@sluice/client/react";
import type { Tick } from "../../../shared/prices.ts";
import { client } from "../../client.ts";
import { ConnectionBadge } from "../../components/connection-badge.tsx";
import { CutButtons } from "../../components/cut-buttons.tsx";
import { LostHistoryNotice, useLostHistory } from "../../components/lost-history.tsx";

interface Count {
  readonly seq: number;
  readonly missing: number;
}

const none: Count = { seq: 0, missing: 0 };

/** Events are numbered, so a lost event leaves a gap. */
const count = ({ seq, missing }: Count, { data }: { data: Tick }): Count => ({
  seq: data.seq,
  missing: seq === 0 ? 0 : missing + Math.abs(data.seq - seq - 1),
});

/** Demonstrates that cuts lose nothing: cut the stream as often as you like. */
export function LiveNumber() {
  const { lost, onReset } = useLostHistory();
  const { data, connection } = useSubscription(
    client.prices.ticks,
    { symbol: "SP500" },
    { onReset, fold: { key: "count", initial: none, step: count } },
  );
  const { seq, missing } = data ?? none;
  // Without events, nothing is proven.
  const isProven = seq > 0 && connection.status === "live";
  return (
    <section className="proof card" aria-label="Live">
      <p>
        Event number <strong>{seq > 0 ? seq.toLocaleString("en-US") : "–"}</strong>
      </p>
      <p>
        <b data-mark={missing > 0 ? "bad" : isProven ? "good" : undefined}>{seq > 0 ? missing : "–"}</b> missing since
        you came
      </p>
      <ConnectionBadge path="prices/ticks" connection={connection} />
      <CutButtons />
      <LostHistoryNotice lost={lost} />
    </section>
  );
}
