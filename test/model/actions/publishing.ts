import { contract } from "../contract.js";
import { type Kind, logKinds } from "../kinds.js";
import type { Model } from "../model.js";
import type { Publication } from "../publications.js";
import type { Action } from "./action.js";

async function publish(model: Model, publication: Publication): Promise<void> {
  const { kind, numbers, padding, key } = publication;
  model.access.look();
  const events = numbers.map((n) => ({ type: "item" as const, data: { n, pad: padding } }));
  const by = model.random() < 0.5 ? model.instance.sluice : model.store.worker;
  const group = contract[kind.group] as unknown as Record<string, typeof contract.feed.head>;
  const procedure = group[kind.leaf] as typeof contract.feed.head;
  const options = key === undefined ? {} : { idempotencyKey: key };
  try {
    const answer = await by.publish(procedure, kind.input as undefined, events, options);
    const complaint = model.publications.acknowledge(publication, answer);
    if (complaint !== undefined) model.blame(complaint);
  } catch (error) {
    model.blame(`a publish of ${numbers} to ${kind.name} failed: ${(error as Error).stack}`);
  }
}

export const publishSome: Action = async (model) => {
  const count = model.random() < 0.6 ? 1 : 1 + model.upTo(12);
  const publication = model.publications.plan(model.pick(logKinds), count, "x".repeat(model.upTo(200)), false);
  await publish(model, publication);
  return `publish ${publication.numbers} to ${publication.kind.name}`;
};

/** As a publisher does that had no answer in time. */
export const publishTwice: Action = (model) => {
  const publication = model.publications.plan(model.pick(logKinds), 1 + model.upTo(3), "", true);
  model.publishing.push(publish(model, publication), publish(model, publication));
  return `publish ${publication.numbers} to ${publication.kind.name}, twice at once`;
};

export const retry: Action = async (model) => {
  const keyed = model.publications.all.filter(({ key, cursor }) => key !== undefined && cursor !== undefined);
  if (keyed.length === 0) return "retry nothing";
  const publication = model.pick(keyed);
  await publish(model, publication);
  return `retry ${publication.numbers}`;
};

/** Almost as many bytes as the log keeps. */
export async function publishMuch(model: Model, kind: Kind): Promise<void> {
  await publish(model, model.publications.plan(kind, 50, "x".repeat(16_000), false));
}

/** An event that no filter withholds. */
export async function publishSeen(model: Model, kind: Kind): Promise<void> {
  for (;;) {
    const publication = model.publications.plan(kind, 1, "", false);
    await publish(model, publication);
    if (publication.numbers.every(kind.passes)) return;
  }
}
