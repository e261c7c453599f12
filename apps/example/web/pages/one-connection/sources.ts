import server from "../../../server/gauges.ts?raw";
import contract from "../../../shared/gauges.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import gaugeTile from "./gauge-tile.tsx?raw";
import page from "./one-connection-page.tsx?raw";
import wireFigures from "./wire-figures.tsx?raw";

export const sources: readonly Source[] = [
  { path: "shared/gauges.ts", text: contract },
  { path: "server/gauges.ts", text: server },
  { path: "web/pages/one-connection/one-connection-page.tsx", text: page },
  { path: "web/pages/one-connection/gauge-tile.tsx", text: gaugeTile },
  { path: "web/pages/one-connection/wire-figures.tsx", text: wireFigures },
];
