import { type Kind, logKinds } from "../kinds.js";
import type { Scenario } from "../scenario.js";
import type { Action } from "./action.js";

export const publishSome: Action = async (model) => {
  const count = model.random() < 0.6 ? 1 : 1 + model.upTo(12);
  const publication = model.publications.plan(model.pick(logKinds), count, "x".repeat(model.upTo(200)), false);
  await model.publish(publication);
  return `publish ${publication.numbers} to ${publication.kind.name}`;
};

export const publishUnreadable: Action = async (model) => {
  const publication = model.publications.plan(model.pick(logKinds), 1 + model.upTo(3), "", false);
  await model.publishUnreadable(publication);
  return `publish ${publication.numbers} to ${publication.kind.name}, which do not read back`;
};

/** As a publisher does that had no answer in time. */
export const publishTwice: Action = (model) => {
  const publication = model.publications.plan(model.pick(logKinds), 1 + model.upTo(3), "", true);
  model.publishing.push(model.publish(publication), model.publish(publication));
  return `publish ${publication.numbers} to ${publication.kind.name}, twice at once`;
};

export const retry: Action = async (model) => {
  const keyed = model.publications.all.filter(({ key, cursor }) => key !== undefined && cursor !== undefined);
  if (keyed.length === 0) return "retry nothing";
  const publication = model.pick(keyed);
  await model.publish(publication);
  return `retry ${publication.numbers}`;
};

/** Almost as many bytes as the log keeps. */
export async function publishMuch(scenario: Scenario, kind: Kind): Promise<void> {
  await scenario.publish(scenario.publications.plan(kind, 50, "x".repeat(16_000), false));
}

/** An event that no filter withholds. */
export async function publishSeen(scenario: Scenario, kind: Kind): Promise<void> {
  for (;;) {
    const publication = scenario.publications.plan(kind, 1, "", false);
    await scenario.publish(publication);
    if (publication.numbers.every(kind.passes)) return;
  }
}
