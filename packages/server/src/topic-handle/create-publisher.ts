import type { ContractTree } from "@sluice/contract";
import { checkFunctions, checkNames, type NamesOf, proceduresOf } from "@sluice/contract/internal";
import type { Log } from "@sluice/log";
import { checkDisconnect } from "../control/disconnect-options.js";
import { tellServers } from "../control/tell-servers.js";
import { checkWhole } from "../options/check.js";
import { checkLog } from "../options/log.js";
import { guardedReport, printReport } from "../options/on-error.js";
import { byPath } from "../options/own-procedure.js";
import { type Retain, retainFrom } from "../options/retain.js";
import { defaultSnapshotEvery } from "../publish/append-events.js";
import { Closing } from "../publish/closing.js";
import { defaultMaxEventLength } from "../publish/encode-event.js";
import { closePublishing, publishSources } from "../publish/publish-events.js";
import type { GetTopic } from "../publish/topic-handle.js";
import { stopRun } from "../runs/stop-run.js";
import { answeringLog, publishersLog } from "../topic/answering-log.js";
import { retainingLog } from "../topic/retaining-log.js";
import { TopicStates } from "../topic/topic-states.js";
import { getTopicFrom } from "./get-topic.js";
import { readFolded } from "./read-folded.js";

/** Publishes, and reads states, in a process that serves no clients. */
export interface Publisher {
  /** See `GetTopic`. */
  readonly topic: GetTopic;
  /**
   * Waits for the publishes that are under way, gives leases back, and closes the log (if its engine can be closed: then whoever
   * else uses this log object must be done, too). After that, all its topics refuse with `unavailable`. May be called again.
   */
  close(): Promise<void>;
}

export interface PublisherOptions<Tree extends ContractTree = ContractTree> {
  /**
   * The log that receives the events. The servers must read from the same one: a `memoryLog()` reaches only the servers of its own
   * process, whatever its name.
   */
  readonly log: Log;
  /**
   * How much of the topics of single subscriptions is kept, by path; see `Retain`. It is given to the log with each append, so all
   * servers and publishers of a log should say the same: the last append decides. Default: as the log's own options say.
   */
  readonly retain?: Retain<Tree>;
  /** Longest event, in characters of JSON. Default: 1 Mi. */
  readonly maxEventLength?: number;
  /** A snapshot of a topic's state is saved after this many events. Default: 200. */
  readonly snapshotEvery?: number;
  /** Called if a snapshot could not be saved; the events are published anyway. Default: prints to stderr. */
  readonly onError?: (report: { readonly error: unknown; readonly path: string }) => void;
}

const optionNames: NamesOf<PublisherOptions> = {
  log: true,
  retain: true,
  maxEventLength: true,
  snapshotEvery: true,
  onError: true,
};

/**
 * Creates a publisher for a process that serves no clients, such as a worker. It needs an engine that processes share. Without one, let
 * the worker call a mutation by `createClient`.
 *
 * @throws RangeError if `maxEventLength` or `snapshotEvery` is not a whole number above 0, or a number in `retain` is not allowed.
 * @throws TypeError if an option is unknown, or a path in `retain` is not a subscription's.
 * @example
 * const publisher = createPublisher(contract, { log }); // the log of the servers
 * await publisher.topic(contract.prices.ticks, { symbol }).publish({ type: "tick", data });
 */
export function createPublisher<Tree extends ContractTree>(
  contract: Tree,
  options: PublisherOptions<NoInfer<Tree>>,
): Publisher {
  checkNames("createPublisher", options, optionNames);
  checkFunctions("createPublisher", { onError: options?.onError });
  checkLog("createPublisher", options?.log);
  const { maxEventLength = defaultMaxEventLength, snapshotEvery = defaultSnapshotEvery } = options;
  checkWhole({ maxEventLength, snapshotEvery });
  const onError = guardedReport(options.onError ?? printReport);
  const retaining = retainingLog(options.log, retainFrom("createPublisher", options.retain, contract));
  const log = answeringLog(retaining);
  const states = new TopicStates(log);
  const closing = new Closing("The publisher");
  const publishLog = publishersLog(log, retaining);
  const sources = publishSources({ log: publishLog, states, maxEventLength, snapshotEvery, onError, closing });
  const topic = getTopicFrom({
    procedures: byPath(proceduresOf(contract)),
    sources,
    disconnect: async (name, given) => {
      await tellServers(log, { kind: "disconnect", from: "", topic: name, ...checkDisconnect(given) });
      return { ended: 0 };
    },
    stop: ({ name }) => stopRun(log, name),
    readState: (of) => readFolded(states, of),
  });
  return { topic, close: () => closing.once(() => closePublishing(sources)) };
}
