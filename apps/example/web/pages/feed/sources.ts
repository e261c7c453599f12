import server from "../../../server/feed.ts?raw";
import contract from "../../../shared/feed.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import feedPage from "./feed-page.tsx?raw";
import useOutbox from "./use-outbox.ts?raw";

export const sources: readonly Source[] = [
  { path: "shared/feed.ts", text: contract },
  { path: "server/feed.ts", text: server },
  { path: "web/pages/feed/feed-page.tsx", text: feedPage },
  { path: "web/pages/feed/use-outbox.ts", text: useOutbox },
];
