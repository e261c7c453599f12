import { createClient } from "@sluice/client";
import { hydration, sluiceSubscription } from "@sluice/client/query";
import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { connection } from "next/server";
import { Suspense } from "react";
import { contract } from "../contract";
import { handler } from "../server";
import { SuspendedScore } from "./suspended-score";

export default function Page() {
  return (
    <Suspense fallback={<p>waiting</p>}>
      <StreamedScore matchId="m1" />
    </Suspense>
  );
}

/** Doesn't wait for its data: the score follows on the same response. */
async function StreamedScore({ matchId }: { matchId: string }) {
  await connection();
  const client = createClient(contract, { id: "app", url: "http://sluice/api", fetch: handler });
  const queryClient = new QueryClient({
    defaultOptions: hydration(client, {
      dehydrate: { shouldDehydrateQuery: ({ state }) => state.status !== "error" },
    }),
  });
  void queryClient.prefetchQuery(sluiceSubscription(client.scores.watch, { matchId }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Suspense fallback={<p>waiting for the score</p>}>
        <SuspendedScore matchId={matchId} />
      </Suspense>
    </HydrationBoundary>
  );
}
