import type { Appended } from "@sluice/log";
import { appendFolded, type FoldedSources, type TopicEvents, type UnconditionalOptions } from "./append-folded.js";
import type { EncodedEvent } from "./encode-event.js";
import type { PublishDeadline } from "./publish-deadlines.js";

/** By default, a snapshot of a topic's state is saved after this many entries. */
export const defaultSnapshotEvery = 200;

export interface AppendSources extends FoldedSources {
  /** Default: `defaultSnapshotEvery`. */
  readonly snapshotEvery?: number;
  /** Called if a snapshot could not be saved. */
  readonly onError: (report: { readonly error: unknown; readonly path: string }) => void;
}

/**
 * Appends events to their topic: all of them, or none. Events of a topic with state are appended only if they fold. The
 * state is saved regularly, so that the engine may trim the entries that it covers.
 */
export function appendEvents(
  sources: AppendSources,
  given: TopicEvents,
  options: UnconditionalOptions,
  deadline: PublishDeadline,
): Promise<Appended> {
  if (given.procedure.state) return appendCompacted(sources, given, options, deadline);
  // A hot path: without state, there is nothing to do but append, so this adds no promise of its own.
  deadline.send();
  return sources.log.append(given.topic, given.events.map(toLogged), options);
}

const toLogged = ({ logged }: EncodedEvent) => logged;

async function appendCompacted(
  sources: AppendSources,
  given: TopicEvents,
  options: UnconditionalOptions,
  deadline: PublishDeadline,
): Promise<Appended> {
  const { states, snapshotEvery = defaultSnapshotEvery, onError } = sources;
  const { procedure, topic } = given;
  const appended = await appendFolded(sources, given, options, deadline);
  deadline.appended = appended;
  if (appended.duplicate) return appended;
  // The events are published: the caller must not publish them again because a snapshot failed.
  await states
    .of(topic, procedure)
    .compact(appended.cursor, snapshotEvery)
    .catch((error) => onError({ error, path: procedure.path }));
  return appended;
}
