import { within } from "../conformance/within.js";
import { publishSeen } from "./actions/publishing.js";
import type { Kind } from "./kinds.js";
import type { Scenario } from "./scenario.js";

/** Without further faults, all subscribers see everything, and all acknowledged events exist. */
export async function settle(scenario: Scenario): Promise<void> {
  const { history, observers, publications, publishing } = scenario;
  for (const observer of observers) observer.read();
  await within(Promise.all(publishing), () => "Publishes did not end");
  for (const kind of scenario.kinds) await publishSeen(scenario, kind);
  scenario.steps.push("heal");
  const isRun = ({ topic }: Kind) => !scenario.kinds.some((kind) => kind.topic === topic);
  /** A running run appends signs of life. They move the head, and the next heartbeat reports that. */
  const hasAll = (at: string, head: string) => history.follows(at, head, () => true);
  await scenario.eventually(() => {
    if (scenario.isBroken) return;
    for (const { name, kind, at, over, connection, home } of observers) {
      const head = kind.topic && history.head(kind.topic);
      const isAtHead = at === head || (isRun(kind) && at !== undefined && head !== undefined && hasAll(at, head));
      const isThrough = over !== undefined || (head !== undefined && isAtHead);
      // A new subscriber that starts at the head has received nothing yet.
      if (!isThrough && at === undefined && !isRun(kind)) publishing.push(publishSeen(scenario, kind));
      scenario.mustBe(
        isThrough,
        `${name} (${kind.name}) is at ${head}; it is at ${at}, ${connection}, in ${home.name}`,
      );
    }
  });
  scenario.check();
  for (const { topic = "" } of scenario.kinds)
    for (const complaint of publications.wrong(topic)) scenario.blame(complaint);
  scenario.check();
}
