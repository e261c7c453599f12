import { defineContract, subscription } from "@sluice/contract";
import { QueryClient } from "@tanstack/react-query";
import { test } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import { createClient as createWireClient } from "../types-only.js";
import { hydration } from "./index.js";

const contract = defineContract({ scores: { watch: subscription({ events: { goal: z.string() } }) } });
const options = { id: "app", url: "/api" };
const client = createClient(contract, options);

test("are default options of a QueryClient, beside an application's own", () => {
  new QueryClient({ defaultOptions: hydration(client) });
  new QueryClient({ defaultOptions: { ...hydration(client), queries: { staleTime: 60_000 } } });
  new QueryClient({ defaultOptions: hydration(createWireClient<typeof contract>(options)) });
});

test("the application's own predicate knows a query", () => {
  hydration(client, {
    dehydrate: { shouldDehydrateQuery: ({ state, queryKey }) => state.status !== "error" && queryKey.length > 0 },
  });
  // @ts-expect-error: there is no such status
  hydration(client, { dehydrate: { shouldDehydrateQuery: ({ state }) => state.status === "failed" } });
});

test("of a whole client only, and no other options", () => {
  // @ts-expect-error: a subtree is no client
  hydration(client.scores);
  // @ts-expect-error: there is no such option
  hydration(client, { timeout: 1_000 });
});
