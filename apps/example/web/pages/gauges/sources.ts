import server from "../../../server/gauges.ts?raw";
import contract from "../../../shared/gauges.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import gaugeTile from "./gauge-tile.tsx?raw";
import page from "./gauges-page.tsx?raw";
import sharedClient from "./shared-client.ts?raw";
import wireFigures from "./wire-figures.tsx?raw";

export const sources: readonly Source[] = [
  { path: "shared/gauges.ts", text: contract },
  { path: "server/gauges.ts", text: server },
  { path: "web/pages/gauges/gauges-page.tsx", text: page },
  { path: "web/pages/gauges/gauge-tile.tsx", text: gaugeTile },
  { path: "web/pages/gauges/shared-client.ts", text: sharedClient },
  { path: "web/pages/gauges/wire-figures.tsx", text: wireFigures },
];
