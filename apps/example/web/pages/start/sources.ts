import server from "../../../server/prices.ts?raw";
import contract from "../../../shared/prices.ts?raw";
import client from "../../client.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import liveNumber from "./live-number.tsx?raw";

export const sources: readonly Source[] = [
  { path: "shared/prices.ts", text: contract },
  { path: "server/prices.ts", text: server },
  { path: "web/client.ts", text: client },
  { path: "web/pages/start/live-number.tsx", text: liveNumber },
];
