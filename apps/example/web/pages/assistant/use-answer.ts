import { useSubscription } from "@sluice/client/react";
import { skipToken } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { client } from "../../client.ts";
import { type AnswerSoFar, answerSoFar } from "./answer-so-far.ts";
import type { Run } from "./run.ts";

/**
 * The answer of a run. A gap empties the fold, because later words don't join on to earlier ones. The page still
 * shows the words that somebody has read, until there are new ones.
 */
export function useAnswer(run: Run | undefined) {
  const latest = useRef<AnswerSoFar>(undefined);
  const [read, setRead] = useState<{ readonly runId: string; readonly data: AnswerSoFar }>();
  const answer = useSubscription(client.assistant.complete, run ?? skipToken, {
    fold: answerSoFar,
    onReset() {
      if (run && latest.current) setRead({ runId: run.runId, data: latest.current });
    },
  });
  const { data } = answer;
  const hasText = data !== undefined && data.text !== "";
  useEffect(() => {
    latest.current = hasText ? data : undefined;
  }, [data, hasText]);
  return !hasText && read?.runId === run?.runId ? { ...answer, data: read?.data } : answer;
}
