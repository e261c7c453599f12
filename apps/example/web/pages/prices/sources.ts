import server from "../../../server/prices.ts?raw";
import replay from "../../../server/replay.ts?raw";
import contract from "../../../shared/prices.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import pricesPage from "./prices-page.tsx?raw";

export const sources: readonly Source[] = [
  { path: "shared/prices.ts", text: contract },
  { path: "server/prices.ts", text: server },
  { path: "server/replay.ts", text: replay },
  { path: "web/pages/prices/prices-page.tsx", text: pricesPage },
];
