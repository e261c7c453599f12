import { createClient } from "@sluice/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { contract } from "./contract";
import { Score } from "./score";
import "./style.css";

const client = createClient(contract, { url: "/api" });

createRoot(document.getElementById("root") as HTMLElement).render(
  <QueryClientProvider client={new QueryClient()}>
    <Score client={client} matchId="m1" />
  </QueryClientProvider>,
);
