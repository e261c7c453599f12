import { Page } from "../../components/page.tsx";
import { Answer } from "./answer.tsx";
import { PromptBox } from "./prompt-box.tsx";
import { ask, useRun } from "./run.ts";
import { useAnswer } from "./use-answer.ts";

export function AssistantPage() {
  const run = useRun();
  const answer = useAnswer(run);

  return (
    <Page
      title="Assistant"
      lede="The answer is a run on the server, not a request: it continues without you, and everybody with its address attaches to it, from the first token on."
      connections={run ? { "assistant/complete": answer.connection } : {}}
    >
      <div className="assistant">
        <PromptBox key={run?.runId} initial={run?.prompt ?? ""} onAsk={ask} />
        {run ? <Answer key={run.runId} run={run} {...answer} /> : <Invitation />}
        <ThingsToTry />
      </div>
    </Page>
  );
}

const Invitation = () => (
  <section className="answer card" aria-label="Answer">
    <p className="hint">
      No question yet. The model is a Markov chain that has only read the descriptions of some data sets: it knows which
      word may follow, but not what the words mean.
    </p>
  </section>
);

const ThingsToTry = () => (
  <section className="try" aria-labelledby="try-title">
    <h2 id="try-title">While it answers</h2>
    <ul>
      <li>
        <b>Reload.</b> The tokens so far come at once, and the rest as they are generated.
      </li>
      <li>
        <b>Open it in a second window.</b> The same words at the same time: the generator runs once.
      </li>
      <li>
        <b>Cut the connection.</b> It resumes after the last token, so no token is missing or duplicated.
      </li>
      <li>
        <b>Stop it.</b> It stops for everybody, on whatever server it runs, and ends with what it has.
      </li>
      <li>
        <b>Change the prompt in the address</b> and keep its run: the page reports a conflict.
      </li>
    </ul>
  </section>
);
