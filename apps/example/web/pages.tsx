import { type ComponentType, lazy } from "react";
import type { LoadSources } from "./components/source-panel.tsx";

export interface PageEntry {
  readonly path: string;
  readonly name: string;
  /** What the page shows, for the start page. */
  readonly summary: string;
  readonly Page: ComponentType;
  readonly sources: LoadSources;
}

/** Each page is loaded on demand: the scores page needs no chart library. */
export const pages: readonly PageEntry[] = [
  {
    path: "/scores",
    name: "Scores",
    summary: "Live state: server and browser fold the same events with the same code.",
    Page: lazy(async () => ({ default: (await import("./pages/scores/scores-page.tsx")).ScoresPage })),
    sources: () => import("./pages/scores/sources.ts"),
  },
  {
    path: "/prices",
    name: "Prices",
    summary: "Up to 5,000 events a second, each one counted, and none missing after a cut.",
    Page: lazy(async () => ({ default: (await import("./pages/prices/prices-page.tsx")).PricesPage })),
    sources: () => import("./pages/prices/sources.ts"),
  },
  {
    path: "/newswire",
    name: "Newswire",
    summary: "Earthquakes on a map. Each reader has a filter, and it runs on the server.",
    Page: lazy(async () => ({ default: (await import("./pages/newswire/newswire-page.tsx")).NewswirePage })),
    sources: () => import("./pages/newswire/sources.ts"),
  },
  {
    path: "/feed",
    name: "Feed",
    summary: "Post while offline: it waits, is sent when you are back, and is there once.",
    Page: lazy(async () => ({ default: (await import("./pages/feed/feed-page.tsx")).FeedPage })),
    sources: () => import("./pages/feed/sources.ts"),
  },
  {
    path: "/document",
    name: "Document",
    summary: "Many windows write one text, with cursors, and merge what was written offline.",
    Page: lazy(async () => ({ default: (await import("./pages/document/document-page.tsx")).DocumentPage })),
    sources: () => import("./pages/document/sources.ts"),
  },
  {
    path: "/assistant",
    name: "Assistant",
    summary: "Tokens of a run that outlives its reader: reload, or open a second window, and it carries on.",
    Page: lazy(async () => ({ default: (await import("./pages/assistant/assistant-page.tsx")).AssistantPage })),
    sources: () => import("./pages/assistant/sources.ts"),
  },
  {
    path: "/gauges",
    name: "Gauges",
    summary: "Thirty subscriptions on one HTTP stream, and a second window that joins it.",
    Page: lazy(async () => ({
      default: (await import("./pages/gauges/gauges-page.tsx")).GaugesPage,
    })),
    sources: () => import("./pages/gauges/sources.ts"),
  },
];
