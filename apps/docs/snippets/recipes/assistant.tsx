import { useSubscription } from "@sluice/client/react";
import { skipToken, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { ScoresClient } from "../client.js";

// #region stop
export function Assistant({ client }: { client: ScoresClient }) {
  const [run, setRun] = useState<{ runId: string; prompt: string }>();
  const answer = useSubscription(client.assistant.answer, run ?? skipToken, {
    fold: { key: "text", initial: "", step: (text, { data }) => text + data },
  });
  const stop = useMutation({ mutationFn: (runId: string) => client.assistant.stop({ runId }) });
  const isWriting = run !== undefined && (answer.status === "pending" || answer.status === "success");
  return (
    <section>
      <button type="button" onClick={() => setRun({ runId: crypto.randomUUID(), prompt: "word ".repeat(400) })}>
        Ask
      </button>
      {isWriting && (
        <button type="button" disabled={stop.isPending} onClick={() => stop.mutate(run.runId)}>
          Stop
        </button>
      )}
      <output>{answer.data}</output>
      {answer.status === "ended" && <small>{answer.data?.split(" ").length} words</small>}
      {answer.status === "error" && <p role="alert">{answer.error.code}</p>}
    </section>
  );
}
// #endregion stop
