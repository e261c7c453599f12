import server from "../../../server/assistant.ts?raw";
import markov from "../../../server/markov.ts?raw";
import contract from "../../../shared/assistant.ts?raw";
import type { Source } from "../../components/source-view.tsx";
import answerSoFar from "./answer-so-far.ts?raw";
import assistantPage from "./assistant-page.tsx?raw";
import run from "./run.ts?raw";
import stopButton from "./stop-button.tsx?raw";
import useAnswer from "./use-answer.ts?raw";

export const sources: readonly Source[] = [
  { path: "shared/assistant.ts", text: contract },
  { path: "server/assistant.ts", text: server },
  { path: "server/markov.ts", text: markov },
  { path: "web/pages/assistant/assistant-page.tsx", text: assistantPage },
  { path: "web/pages/assistant/answer-so-far.ts", text: answerSoFar },
  { path: "web/pages/assistant/use-answer.ts", text: useAnswer },
  { path: "web/pages/assistant/run.ts", text: run },
  { path: "web/pages/assistant/stop-button.tsx", text: stopButton },
];
