import type { AnySubscription } from "@sluice/contract";
import type { Appended, AppendOptions, Log, LogEvent, Position } from "@sluice/log";
import type { TopicStates } from "../fanout/topic-state.js";
import type { UnencodedEvent } from "./encode-event.js";

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
  readonly events: readonly UnencodedEvent[];
  readonly encoded: readonly LogEvent[];
}

/**
 * Appends events to their topic, as a whole. Where they fold into state, they are folded first, to see whether they can be,
 * and the state is saved now and then, so that the engine may trim what it covers.
 */
export async function appendEvents(
  sources: AppendSources,
  { procedure, topic, events, encoded }: TopicEvents,
  options: AppendOptions = {},
): Promise<Appended> {
  const { log, states } = sources;
  if (!procedure.state) return log.append(topic, encoded, options);
  await states.of(topic, procedure).check(events);
  const appended = await log.append(topic, encoded, { ...options, stateful: true });
  if (!appended.duplicate) await saveState(sources, procedure, topic, appended.position);
  return appended;
}

/** Saves a snapshot if it is time for one, and if there is a state at all. What is appended is so though it may fail. */
export async function saveState(
  { states, snapshotEvery = defaultSnapshotEvery, onError }: AppendSources,
  procedure: AnySubscription,
  topic: string,
  head: Position,
): Promise<void> {
  if (!procedure.state) return;
  await states
    .of(topic, procedure)
    .compact(head, snapshotEvery)
    .catch((error) => onError({ error, path: procedure.path }));
}
