import type { DocEvent } from "../doc.js";
import { docKind, type Kind } from "../kinds.js";
import type { Plan, Publication } from "../publications.js";
import type { Scenario } from "../scenario.js";
import type { Action } from "./action.js";

const acts: readonly DocEvent[] = ["item", "item", "close", "reopen"];

/** Publishes to any topic, with any event that is possible there. */
function plan(scenario: Scenario, kind: Kind, count: number, options: Plan = {}): Publication {
  const act = kind === docKind ? scenario.pick(acts) : "item";
  return scenario.publications.plan(kind, count, { ...options, act });
}

const told = ({ numbers, kind, act }: Publication) =>
  `publish ${numbers} to ${kind.name}${kind === docKind ? ` (${act})` : ""}`;

export const publishSome: Action<Scenario> = async (model) => {
  const count = model.random() < 0.6 ? 1 : 1 + model.upTo(12);
  const publication = plan(model, model.pickKind(), count, { padding: "x".repeat(model.upTo(200)) });
  await model.publish(publication);
  return told(publication);
};

export const publishUnreadable: Action = async (model) => {
  const publication = plan(model, model.pickKind(), 1 + model.upTo(3));
  await model.publishUnreadable(publication);
  return `${told(publication)}, which do not read back`;
};

/** Retries on the same server or another one, like a publisher that got no answer in time. */
export const publishTwice: Action<Scenario> = (model) => {
  const publication = plan(model, model.pickKind(), 1 + model.upTo(3), { isKeyed: true });
  model.publishing.push(model.publish(publication), model.publish(publication));
  return `${told(publication)}, twice at once`;
};

/** Publishes concurrently, each with its own voice. Events that fold separately may not fold together. */
export const publishAtOnce: Action<Scenario> = async (model) => {
  const kind = model.pickKind(0.7);
  const publications = Array.from({ length: 2 + model.upTo(3) }, () =>
    plan(model, kind, 1 + model.upTo(2), { isKeyed: model.random() < 0.5 }),
  );
  const published = publications.map((publication) => model.publish(publication));
  if (model.random() < 0.5) await Promise.all(published);
  else model.publishing.push(...published);
  return `at once, ${publications.map(told).join(", ")}`;
};

/** A retry gets the first answer, whatever was published since. */
export const retry: Action<Scenario> = async (model) => {
  const keyed = model.publications.all.filter(({ key, cursor }) => key !== undefined && cursor !== undefined);
  if (keyed.length === 0) return "retry nothing";
  const docs = keyed.filter(({ kind }) => kind === docKind);
  const publication = model.pick(docs.length > 0 && model.random() < 0.5 ? docs : keyed);
  await model.publish(publication);
  return `retry ${publication.numbers}`;
};

/** Publishes almost as many bytes as the log keeps. */
export async function publishMuch(scenario: Scenario, kind: Kind): Promise<void> {
  await scenario.publish(scenario.publications.plan(kind, 50, { padding: "x".repeat(16_000) }));
}

/** Publishes an event that no filter withholds. Retries until a publisher may do so. */
export async function publishSeen(scenario: Scenario, kind: Kind): Promise<void> {
  for (let refused = 0; !scenario.isBroken; ) {
    const publication = scenario.publications.plan(kind, 1, { act: kind.leaf === docKind.leaf ? "reopen" : "item" });
    await scenario.publish(publication);
    if (publication.cursor === undefined) scenario.mustBe(++refused < 100, `anybody may publish to ${kind.name}`);
    else if (publication.numbers.every(kind.passes)) return;
  }
}
