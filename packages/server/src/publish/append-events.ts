import type { Appended, Log } from "@sluice/log";
import type { TopicStates } from "../topic/topic-states.js";
import { appendFolded, type TopicEvents, type UnconditionalOptions } from "./append-folded.js";
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

/**
 * Appends events to their topic, as a whole. Where they fold into state, they are appended only where they do, and
 * the state is saved now and then, so that the engine may trim what it covers.
 */
export function appendEvents(
  sources: AppendSources,
  given: TopicEvents,
  options: UnconditionalOptions = {},
): Promise<Appended> {
  // No promise of its own where there is nothing to do but append: that is most of a publish's way.
  if (!given.procedure.state) return sources.log.append(given.topic, given.events.map(toLogged), options);
  return appendCompacted(sources, given, options);
}

const toLogged = ({ logged }: EncodedEvent) => logged;

async function appendCompacted(
  sources: AppendSources,
  given: TopicEvents,
  options: UnconditionalOptions,
): Promise<Appended> {
  const { states, snapshotEvery = defaultSnapshotEvery, onError } = sources;
  const { procedure, topic } = given;
  const appended = await appendFolded(sources, given, options);
  if (appended.duplicate) return appended;
  // What is appended is published: a snapshot that fails must not make the caller publish it again.
  await states
    .of(topic, procedure)
    .compact(appended.position, snapshotEvery)
    .catch((error) => onError({ error, path: procedure.path }));
  return appended;
}
