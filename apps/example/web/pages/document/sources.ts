import server from "../../../server/document.ts?raw";
import bytes from "../../../shared/bytes.ts?raw";
import contract from "../../../shared/document.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import page from "./document-page.tsx?raw";
import sharedText from "./shared-text.ts?raw";
import usePresence from "./use-presence.ts?raw";
import useSharedText from "./use-shared-text.ts?raw";

export const sources: readonly Source[] = [
  { path: "shared/document.ts", text: contract },
  { path: "shared/bytes.ts", text: bytes },
  { path: "server/document.ts", text: server },
  { path: "web/pages/document/document-page.tsx", text: page },
  { path: "web/pages/document/use-shared-text.ts", text: useSharedText },
  { path: "web/pages/document/shared-text.ts", text: sharedText },
  { path: "web/pages/document/use-presence.ts", text: usePresence },
];
