import server from "../../../server/newswire.ts?raw";
import quakeReplay from "../../../server/quake-replay.ts?raw";
import contract from "../../../shared/newswire.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import newswirePage from "./newswire-page.tsx?raw";
import quakeMap from "./quake-map.tsx?raw";

export const sources: readonly Source[] = [
  { path: "shared/newswire.ts", text: contract },
  { path: "server/newswire.ts", text: server },
  { path: "server/quake-replay.ts", text: quakeReplay },
  { path: "web/pages/newswire/newswire-page.tsx", text: newswirePage },
  { path: "web/pages/newswire/quake-map.tsx", text: quakeMap },
];
