import type { AnyProcedure, AnySubscription } from "@sluice/contract";
import { checkNames, type NamesOf } from "@sluice/contract/internal";
import type { Disconnected, DisconnectOptions } from "../control/disconnect-options.js";
import { ownOf } from "../options/own-procedure.js";
import type { UnencodedEvent } from "../publish/encode-event.js";
import { type PublishSources, publishEvents } from "../publish/publish-events.js";
import type { GetTopic, PublishOptions, ReadStateOptions, StateAt, Stopped } from "../publish/topic-handle.js";
import { deleteTopic } from "./delete-topic.js";
import { TopicName } from "./topic-name.js";

export interface TopicParts {
  /** The contract's, by path. */
  readonly procedures: ReadonlyMap<string, AnyProcedure>;
  readonly sources: PublishSources;
  readonly disconnect: (topic: string, options: DisconnectOptions) => Promise<Disconnected>;
  readonly stop: (topic: TopicName) => Promise<Stopped>;
  readonly readState: (topic: TopicName, options: ReadStateOptions) => Promise<StateAt<AnySubscription>>;
}

/** What `GetTopic` returns, whatever the procedure. */
interface AnyTopic {
  publish(events: UnencodedEvent | readonly UnencodedEvent[], options?: PublishOptions): Promise<unknown>;
  disconnect(options?: DisconnectOptions): Promise<Disconnected>;
  stop(): Promise<Stopped>;
  delete(): Promise<void>;
  state?(options?: ReadStateOptions): Promise<unknown>;
}

const stateNames: NamesOf<ReadStateOptions> = { context: true };

/** Creates the function that returns topic handles. */
export function getTopicFrom({ procedures, sources, disconnect, stop, readState }: TopicParts): GetTopic {
  const { closing } = sources;
  const getTopic = (given: AnySubscription, input?: unknown): AnyTopic => {
    const procedure = ownOf(procedures, given, "topic() takes a subscription");
    if (procedure.kind !== "subscription") {
      throw new TypeError(
        `topic() takes a subscription of this contract; "${(procedure as AnyProcedure).path}" is not one.`,
      );
    }
    const name = new TopicName(procedure, input);
    const topic: AnyTopic = {
      publish: (events, options) => publishEvents(sources, name, events, options),
      disconnect: async (options = {}) => {
        closing.assertOpen();
        return disconnect(name.name, options);
      },
      stop: async () => {
        closing.assertOpen();
        return stop(name);
      },
      delete: async () => {
        closing.assertOpen();
        return deleteTopic(sources.log, name.name);
      },
    };
    if (!procedure.state) return topic;
    topic.state = async (options = {}) => {
      closing.assertOpen();
      checkNames("state", options, stateNames);
      return readState(name, options);
    };
    return topic;
  };
  return getTopic as GetTopic;
}
