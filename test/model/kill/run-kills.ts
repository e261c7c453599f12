import { eventually, turns, within } from "../../conformance/within.js";
import { publishSeen } from "../actions/publishing.js";
import { type Kind, logKinds } from "../kinds.js";
import type { Sabotage } from "../sabotage.js";
import { settle } from "../settle.js";
import { KillScenario } from "./kill-scenario.js";

/** The kills in a run, the actions between two kills, and the subscribers at the start. */
const kills = 2;
const length = 15;
const crowd = 6;

/**
 * One run, derived from its seed, in which servers are killed while clients read and publish. Each log dies with its
 * server, so every subscriber must get a reset each time.
 *
 * @throws Error naming the seed, the promises that were broken, and what happened before.
 */
export async function runKills(seed: number, sabotage: Sabotage = {}): Promise<void> {
  const scenario = new KillScenario(seed, sabotage, kills + 1);
  await scenario.start();
  const [folded] = logKinds as [Kind];
  const faithful = scenario.join(folded, "handlers", { isLasting: true });
  await publishSeen(scenario, folded);
  // The next server's process is starting meanwhile.
  await eventually(() => scenario.mustBe(faithful.at !== undefined, "the first subscriber has begun"), 30_000);
  for (let i = 1; i < crowd; i++) scenario.joinAny();
  for (let i = 0; i < kills; i++) {
    for (let step = scenario.upTo(length); step >= 0; step--) {
      scenario.steps.push(await act(scenario));
      scenario.check();
    }
    for (let i = 0; i < 3; i++) scenario.publishing.push(publishSeen(scenario, scenario.pick(logKinds)));
    if (scenario.random() < 0.7) void revokeAny(scenario);
    await turns(scenario.upTo(100));
    scenario.steps.push("kill");
    await scenario.kill();
    scenario.check();
  }
  await within(Promise.all(scenario.revoking), () => "Revocations did not end");
  await settle(scenario);
  const isTold = faithful.over !== undefined || faithful.resets > 0;
  scenario.mustBe(isTold, "the first subscriber was told that its log is gone");
  await scenario.dissolve();
}

/** An action that may still be in progress when the server is killed. */
async function act(scenario: KillScenario): Promise<string> {
  const chance = scenario.random();
  if (chance < 0.1) {
    const { name, kind } = scenario.joinAny();
    return `${name} joins (${kind.name})`;
  }
  if (chance < 0.2) {
    const observer = scenario.pick(scenario.observers);
    const holds = scenario.random() < 0.5;
    if (holds) observer.hold();
    else observer.read();
    return `${observer.name} ${holds ? "stops reading" : "reads on"}`;
  }
  if (chance < 0.35) return revokeAny(scenario);
  const count = 1 + scenario.upTo(12);
  const publication = scenario.publications.plan(scenario.pick(logKinds), count, {
    padding: "x".repeat(scenario.upTo(200)),
    isKeyed: true,
  });
  const published = scenario.publish(publication);
  scenario.publishing.push(published);
  // Like a publisher that got no answer in time.
  if (scenario.random() < 0.2) scenario.publishing.push(scenario.publish(publication));
  if (scenario.random() < 0.5) await published;
  else await turns(scenario.upTo(6));
  return `publish ${publication.numbers} to ${publication.kind.name}`;
}

/** Revokes a subscriber's session, sometimes without waiting for the server. */
async function revokeAny(scenario: KillScenario): Promise<string> {
  const observer = scenario.pick(scenario.observers);
  const reason = scenario.random() < 0.6 ? "unauthorized" : "forbidden";
  const revoked = scenario.revoke(observer, reason);
  scenario.revoking.push(revoked);
  if (scenario.random() < 0.5) await revoked;
  return `revoke ${observer.name} (${reason})`;
}
