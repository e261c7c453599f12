import { createClient } from "@sluice/client";
import { hydration } from "@sluice/client/query";
import { type DehydratedState, HydrationBoundary, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { hydrateRoot } from "react-dom/client";
import { contract } from "./contract.js";
import { Score } from "./react.js";

export function hydratePage(root: Element, state: DehydratedState, url: string, matchId: string) {
  const client = createClient(contract, { id: "app", url });
  const queryClient = new QueryClient({ defaultOptions: { ...hydration(client), queries: { staleTime: 60_000 } } });
  return hydrateRoot(
    root,
    <QueryClientProvider client={queryClient}>
      <HydrationBoundary state={state}>
        <Score client={client} matchId={matchId} />
      </HydrationBoundary>
    </QueryClientProvider>,
  );
}
