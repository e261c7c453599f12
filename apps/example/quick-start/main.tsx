import { createClient } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { contract } from "./contract.js";

const client = createClient(contract, { url: "/api" });

function Score({ matchId }: { matchId: string }) {
  const { data, connection } = useSubscription(client.scores.watch, { matchId });
  return <p>{data ? `${data.home} : ${data.away}` : connection.status}</p>;
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <QueryClientProvider client={new QueryClient()}>
    <Score matchId="m1" />
  </QueryClientProvider>,
);
