import { createClient } from "@sluice/client";
import { hydration, sluiceSubscription } from "@sluice/client/query";
import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { connection } from "next/server";
import { Suspense } from "react";
import { contract } from "./contract";
import { Score } from "./score";
import { handler } from "./server";

export default function Page() {
  return (
    <Suspense>
      <RenderedScore matchId="m1" />
    </Suspense>
  );
}

async function RenderedScore({ matchId }: { matchId: string }) {
  await connection(); // rendered for each request, and not once in the build
  const client = createClient(contract, { id: "app", url: "http://sluice/api", fetch: handler });
  const queryClient = new QueryClient({ defaultOptions: hydration(client) });
  await queryClient.prefetchQuery(sluiceSubscription(client.scores.watch, { matchId }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Score matchId={matchId} />
    </HydrationBoundary>
  );
}
