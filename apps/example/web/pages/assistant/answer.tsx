import type { SluiceError } from "@sluice/client";
import { Figure } from "../../components/figure.tsx";
import type { AnswerSoFar } from "./answer-so-far.ts";
import type { Run } from "./run.ts";
import { StopButton } from "./stop-button.tsx";

interface AnswerProps {
  readonly run: Run;
  readonly status: "pending" | "success" | "ended" | "error";
  readonly data: AnswerSoFar | undefined;
  readonly error: SluiceError | null;
}

/**
 * The text is not a live region: announcing each word would be noise. The line below it announces that the answer is
 * complete.
 */
export function Answer({ run, status, data, error }: AnswerProps) {
  const { text = "", tokens = 0, done } = data ?? {};
  const isRunning = status === "pending" || status === "success";
  const hasBegun = isRunning || text !== "";
  return (
    <section className="answer card" aria-label="Answer" aria-busy={isRunning} data-status={status}>
      <div className="answer-head">
        <h2>{run.prompt}</h2>
        {hasBegun && (
          <a href={location.href} target="_blank" rel="noreferrer">
            Open in a second window
          </a>
        )}
      </div>
      {error && (
        <p className="answer-error" role="alert">
          {explain(error, text !== "")}
        </p>
      )}
      {hasBegun && (
        <div className="answer-text" data-running={isRunning}>
          {text.split("\n\n").map((paragraph, index) => (
            <p key={index}>{paragraph}</p>
          ))}
        </div>
      )}
      {status !== "error" && (
        <div className="answer-state">
          <p className="hint" role="status">
            {isRunning ? "Answering …" : done?.stopped ? "The answer was stopped." : "The answer is complete."}
          </p>
          {isRunning && <StopButton run={run} />}
        </div>
      )}
      {hasBegun && (
        <dl className="figures">
          <Figure name="Received" value={tokens} />
          <Figure name="Generated" value={done?.tokens ?? "–"} {...markOf(tokens, done?.tokens)} />
          <Figure name="Took" value={done ? `${(done.ms / 1_000).toFixed(1)} s` : "–"} />
        </dl>
      )}
    </section>
  );
}

const markOf = (received: number, generated: number | undefined) =>
  generated === undefined ? {} : ({ mark: received === generated ? "good" : "bad" } as const);

function explain({ code, message }: SluiceError, hasText: boolean): string {
  if (code === "conflict") return "This run was started with another prompt. Ask a question to start your own run.";
  if (code === "interrupted")
    return "The run was stopped before it was complete: nobody watched it for a minute, or the server stopped.";
  if (code === "gap")
    return `The server has lost this run.${hasText ? " The words so far are still here." : ""} Reload to run it again.`;
  if (code === "badRequest") return "This address is not a valid run: its id or its prompt is wrong.";
  return message;
}
