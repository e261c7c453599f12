"use client";

import { hydration } from "@sluice/client/query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "./client";

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: hydration(client) }));
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}
