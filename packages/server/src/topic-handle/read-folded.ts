import type { AnySubscription } from "@sluice/contract";
import { coderOf } from "@sluice/contract/internal";
import { formatCursor } from "@sluice/contract/wire";
import type { StateAt } from "../publish/topic-handle.js";
import { stateOf } from "../topic/state-fold.js";
import type { FoldedState } from "../topic/topic-state.js";
import type { TopicStates } from "../topic/topic-states.js";
import type { TopicName } from "./topic-name.js";

/** Reads the state that is folded from the log, also where subscribers get another. */
export async function readFolded(states: TopicStates, topic: TopicName): Promise<StateAt<AnySubscription>> {
  const { procedure } = topic;
  return decodeState(procedure, await states.of(topic.name, procedure).current());
}

/** The caller may change the result. */
export const decodeState = (procedure: AnySubscription, { cursor, json }: FoldedState): StateAt<AnySubscription> => ({
  state: coderOf(stateOf(procedure).schema).decode(JSON.parse(json)) as never,
  cursor: formatCursor(cursor),
});
