"use client";

import { createClient } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { contract } from "./contract";

const client = createClient(contract, { url: "/poll/api" });

function Votes() {
  const { data, connection } = useSubscription(client.votes);
  return <p id="votes">{data ? `${data.yes} yes, ${data.no} no` : connection.status}</p>;
}

export default function Page() {
  const [queryClient] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queryClient}>
      <Votes />
    </QueryClientProvider>
  );
}
