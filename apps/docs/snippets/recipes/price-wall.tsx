import { useSubscription } from "@sluice/client/react";
import type { ScoresClient } from "../client.js";

// #region wall
function Price({ client, symbol }: { client: ScoresClient; symbol: string }) {
  const { data, connection } = useSubscription(
    client.prices.ticks,
    { symbol },
    {
      fold: {
        key: "range",
        initial: { last: 0, high: 0 },
        step: ({ high }, { data: { price } }) => ({ last: price, high: Math.max(high, price) }),
      },
    },
  );
  return (
    <li style={{ opacity: connection.status === "live" && !connection.stale ? 1 : 0.5 }}>
      {symbol} {data?.last} (high {data?.high})
    </li>
  );
}

export const PriceWall = ({ client, symbols }: { client: ScoresClient; symbols: readonly string[] }) => (
  <ul>
    {symbols.map((symbol) => (
      <Price key={symbol} client={client} symbol={symbol} />
    ))}
  </ul>
);
// #endregion wall
