import { skipToken, useSubscription } from "@sluice/client/react";
import { useEffect, useRef, useState } from "react";
import { client } from "../../client.ts";
import { type AnswerSoFar, answerSoFar } from "./answer-so-far.ts";
import type { Run } from "./run.ts";

/**
 * The answer of a run. A gap empties the fold, as what follows it doesn't join on to what was there; but words that somebody
 * has read stay where they are, until there are others.
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
