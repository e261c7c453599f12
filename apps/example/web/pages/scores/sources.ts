import play from "../../../server/match-play.ts?raw";
import server from "../../../server/scores.ts?raw";
import contract from "../../../shared/scores.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import matchConsole from "./match-console.tsx?raw";
import scoresPage from "./scores-page.tsx?raw";

export const sources: readonly Source[] = [
  { path: "shared/scores.ts", text: contract },
  { path: "server/scores.ts", text: server },
  { path: "server/match-play.ts", text: play },
  { path: "web/pages/scores/scores-page.tsx", text: scoresPage },
  { path: "web/pages/scores/match-console.tsx", text: matchConsole },
];
