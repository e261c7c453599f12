import { within } from "../conformance/within.js";
import { publishSeen } from "./actions/publishing.js";
import type { Kind } from "./kinds.js";
import type { Scenario } from "./scenario.js";

/** Where no fault comes any more: all see all, and what was acknowledged is there. */
export async function settle(scenario: Scenario): Promise<void> {
  const { history, observers, publications, publishing } = scenario;
  for (const observer of observers) observer.read();
  await within(Promise.all(publishing), () => "Publishes did not end");
  for (const kind of scenario.kinds) await publishSeen(scenario, kind);
  scenario.steps.push("heal");
  const isRun = ({ topic }: Kind) => !scenario.kinds.some((kind) => kind.topic === topic);
  /** A run that goes on gives signs of life, which move the head and are told with the next heartbeat. */
  const hasAll = (at: string, head: string) => history.follows(at, head, () => true);
  await scenario.eventually(() => {
    if (scenario.isBroken) return;
    for (const { name, kind, at, over } of observers) {
      const head = kind.topic && history.head(kind.topic);
      const isAtHead = at === head || (isRun(kind) && at !== undefined && head !== undefined && hasAll(at, head));
      const isThrough = over !== undefined || (head !== undefined && isAtHead);
      // Who has come only now, and starts at the head, has yet to be told anything.
      if (!isThrough && at === undefined && !isRun(kind)) publishing.push(publishSeen(scenario, kind));
      scenario.mustBe(isThrough, `${name} (${kind.name}) is at ${head}; it is at ${at}`);
    }
  });
  scenario.check();
  for (const { topic = "" } of scenario.kinds)
    for (const complaint of publications.wrong(topic)) scenario.blame(complaint);
  scenario.check();
}
