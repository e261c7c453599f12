import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/controls.css";
import "./styles/scores.css";
import "./styles/prices.css";
import "./styles/newswire.css";
import "./styles/feed.css";
import "./styles/document.css";
import "./styles/assistant.css";
import "./styles/gauges.css";
import "./styles/start.css";
import "./styles/sources.css";
import { applyStoredTheme } from "./theme.ts";

applyStoredTheme();

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
