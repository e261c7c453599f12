import type { AnySubscription } from "@sluice/contract";
import type { Report } from "./options/on-error.js";
import { tellOfVisit } from "./presence/on-subscribe.js";
import type { Presence } from "./presence/presence.js";
import { argsFor, type ServerTools } from "./procedure/args.js";
import type { Implementation, Run } from "./procedure/implementation.js";
import type { AnyArgs } from "./procedure/middleware.js";
import type { Sources } from "./source/sources.js";
import type { Subscriber } from "./subscription/subscriber.js";
import type { Lifetime } from "./time/lifetime.js";

export interface WelcomeParts {
  /** Who is at which topic, where `onSubscribe` asks for it. */
  readonly presence: Presence;
  readonly sources: Sources;
  readonly tools: ServerTools;
  readonly report: Report;
}

interface Newcomer {
  readonly topic: string;
  readonly input: unknown;
  /** The client as `identify` names it. */
  readonly client: string | undefined;
  readonly subscriber: Subscriber;
  args(): AnyArgs;
}

type Source = NonNullable<(Run & { readonly kind: "live" })["source"]>;

/** There is no client that a source runs for. */
const noContext = Object.freeze({});

/** Starts what the procedure does for its subscribers, once a subscriber of it is served. */
export function welcome(parts: WelcomeParts, implementation: Implementation, newcomer: Newcomer): void {
  const { run } = implementation;
  if (run.kind !== "live" || !(run.onSubscribe || run.source)) return;
  const { onSubscribe, source } = run;
  const { topic, client, subscriber, args } = newcomer;
  const request = source && sourceRequest(parts.tools, implementation, source, newcomer);
  subscriber.whenStarted((lifetime) => {
    if (request) parts.sources.join(request, { lifetime, reader: subscriber, tail: subscriber.tail });
    if (!onSubscribe) return;
    const key = client === undefined ? undefined : `${topic}\n${client}`; // no topic has a line break
    parts.presence.enter(key, lifetime, (visit) => void tellOfVisit(onSubscribe, args(), visit, parts.report));
  });
}

function sourceRequest(tools: ServerTools, implementation: Implementation, source: Source, { topic, input }: Newcomer) {
  const procedure = implementation.procedure as AnySubscription;
  const key = keyOf(procedure, input);
  const start = (lifetime: Lifetime) =>
    source(argsFor(tools, implementation, { context: noContext, input: key, lifetime }) as never);
  return { procedure, topic, start };
}

/** The part of an input that names the topic: all that a source may depend on. */
function keyOf({ key }: AnySubscription, input: unknown): unknown {
  if (!key || typeof input !== "object" || input === null) return input;
  return Object.fromEntries(key.map((field) => [field, (input as Record<string, unknown>)[field]]));
}
