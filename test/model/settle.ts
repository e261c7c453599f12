import { within } from "../conformance/within.js";
import { publishSeen } from "./actions/publishing.js";
import { logKinds } from "./kinds.js";
import type { Scenario } from "./scenario.js";

/** Where no fault comes any more: all see all, and what was acknowledged is there. */
export async function settle(scenario: Scenario): Promise<void> {
  const { history, observers, publications, publishing } = scenario;
  for (const observer of observers) observer.read();
  await within(Promise.all(publishing), () => "Publishes did not end");
  for (const kind of logKinds) await publishSeen(scenario, kind);
  scenario.steps.push("heal");
  await scenario.eventually(() => {
    if (scenario.isBroken) return;
    for (const { name, kind, at, over } of observers) {
      const head = kind.topic && history.head(kind.topic);
      const isThrough = over !== undefined || (head !== undefined && at === head);
      // Who has come only now, and starts at the head, has yet to be told anything.
      if (!isThrough && at === undefined && logKinds.includes(kind)) publishing.push(publishSeen(scenario, kind));
      scenario.mustBe(isThrough, `${name} (${kind.name}) is at ${head}; it is at ${at}`);
    }
  });
  scenario.check();
  for (const { topic = "" } of logKinds) for (const complaint of publications.wrong(topic)) scenario.blame(complaint);
  scenario.check();
}
