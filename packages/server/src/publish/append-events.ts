import type { AnySubscription } from "@sluice/contract";
import type { Appended, AppendOptions, Log } from "@sluice/log";
import type { TopicStates } from "../topic/topic-states.js";
import type { EncodedEvent } from "./encode-event.js";

/** A snapshot of a topic's state is saved after so many entries, by default. */
export const defaultSnapshotEvery = 200;

export interface AppendSources {
  readonly log: Log;
  readonly states: TopicStates;
  /** Default: `defaultSnapshotEvery`. */
  readonly snapshotEvery?: number;
  /** Told if a snapshot could not be saved. */
  readonly onError: (report: { readonly error: unknown; readonly path: string }) => void;
}

export interface TopicEvents {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly events: readonly EncodedEvent[];
}

/**
 * Appends events to their topic, as a whole. Where they fold into state, they are folded first, to see whether they can be,
 * and the state is saved now and then, so that the engine may trim what it covers.
 */
export function appendEvents(
  sources: AppendSources,
  given: TopicEvents,
  options: AppendOptions = {},
): Promise<Appended> {
  // No promise of its own where there is nothing to do but append: that is most of a publish's way.
  if (!given.procedure.state) return sources.log.append(given.topic, given.events.map(toLogged), options);
  return appendFolded(sources, given, options);
}

const toLogged = ({ logged }: EncodedEvent) => logged;

async function appendFolded(
  sources: AppendSources,
  { procedure, topic, events }: TopicEvents,
  options: AppendOptions,
): Promise<Appended> {
  const { log, states, snapshotEvery = defaultSnapshotEvery, onError } = sources;
  const state = states.of(topic, procedure);
  const logged = await state.check(events);
  const appended = await log.append(topic, logged, { ...options, stateful: true });
  if (appended.duplicate) return appended;
  // What is appended is published: a snapshot that fails must not make the caller publish it again.
  await state.compact(appended.position, snapshotEvery).catch((error) => onError({ error, path: procedure.path }));
  return appended;
}
