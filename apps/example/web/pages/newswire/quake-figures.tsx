import { useSubscription } from "@sluice/client/react";
import { client } from "../../client.ts";
import { Figure } from "../../components/figure.tsx";

interface Tally {
  readonly received: number;
  /** Numbers of the first and the latest report received. */
  readonly first: number;
  readonly latest: number;
  readonly strongest: number;
}

const none: Tally = { received: 0, first: 0, latest: 0, strongest: 0 };

/** A second view of the page's subscription: it needs no second connection. */
export function QuakeFigures({ input }: { input: { readonly minMagnitude?: number } }) {
  const { data: tally = none } = useSubscription(client.newswire.quakes, input, {
    fold: {
      key: "tally",
      initial: none,
      step: ({ received, first, strongest }, { data: { seq, magnitude } }) => ({
        received: received + 1,
        first: first || seq,
        latest: seq,
        strongest: Math.max(strongest, magnitude),
      }),
    },
  });
  const { received, first, latest, strongest } = tally;
  return (
    <dl className="figures">
      <Figure name="Received" value={received} />
      {/* Reports are numbered without gaps, so the withheld ones can be counted. */}
      <Figure name="Held back" value={received === 0 ? 0 : latest - first + 1 - received} />
      <Figure name="Strongest" value={received === 0 ? "–" : strongest.toFixed(1)} />
    </dl>
  );
}
