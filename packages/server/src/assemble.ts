import type { AnyProcedure } from "@sluice/contract";
import { checkFunctions, checkNames, proceduresOf } from "@sluice/contract/internal";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { Admission } from "./admission/admission.js";
import { disconnect, disconnectTopic } from "./admission/disconnect.js";
import { endAll, endMatching } from "./admission/end-streams.js";
import { tellStore } from "./admission/tell-store.js";
import { ControlFollower } from "./control/control-follower.js";
import type { HandlerParts } from "./handler-parts.js";
import { checkWhole } from "./options/check.js";
import { type Limits, limitsFrom } from "./options/limits.js";
import { checkLog } from "./options/log.js";
import { guardedReport, printReport, type Report } from "./options/on-error.js";
import { byPath } from "./options/own-procedure.js";
import { retainFrom } from "./options/retain.js";
import { Presence } from "./presence/presence.js";
import type { ServerTools } from "./procedure/args.js";
import type { Router } from "./procedure/router.js";
import { defaultSnapshotEvery } from "./publish/append-events.js";
import { Closing } from "./publish/closing.js";
import { type PublishSources, publishSources } from "./publish/publish-events.js";
import { Runs } from "./runs/runs.js";
import { stopRun } from "./runs/stop-run.js";
import { type SluiceOptions, sluiceOptionNames } from "./sluice-options.js";
import { Sources } from "./source/sources.js";
import type { EventStreamSettings } from "./stream/event-stream-settings.js";
import { HeldPages } from "./subscription/held-pages.js";
import { readState } from "./subscription/read-state.js";
import { systemClock } from "./time/clock.js";
import { TimerWheel, wheelResolution } from "./time/timer-wheel.js";
import { TurnEnd } from "./time/turn-end.js";
import { answeringLog, publishersLog } from "./topic/answering-log.js";
import { Counters } from "./topic/counters.js";
import { Hub } from "./topic/hub.js";
import { ReplayCache } from "./topic/replay-cache.js";
import { retainingLog } from "./topic/retaining-log.js";
import { Snapshots } from "./topic/snapshots.js";
import { TopicStates } from "./topic/topic-states.js";
import { getTopicFrom, type TopicParts } from "./topic-handle/get-topic.js";
import { readFolded } from "./topic-handle/read-folded.js";

/** All parts of a Sluice. Each part takes only those that it uses. */
export interface SluiceParts extends HandlerParts {
  /** The contract's procedures, by path. */
  readonly procedures: ReadonlyMap<string, AnyProcedure>;
  readonly log: Log;
  readonly control: ControlFollower;
  readonly publishing: PublishSources;
  readonly limits: Limits;
  readonly counters: Counters;
}

/**
 * Creates the parts and connects them.
 *
 * @throws RangeError if a limit or an interval is out of range.
 * @throws TypeError if an option is unknown.
 */
export function assemble(router: Router, options: SluiceOptions): SluiceParts {
  checkNames("createSluice", options, sluiceOptionNames);
  const {
    clock = systemClock,
    heartbeat = 15_000,
    retry = 1_000,
    stallTimeout = 60_000,
    snapshotTimeout = 10_000,
    runTtl = 24 * 60 * 60_000,
    linger = 5_000,
    onError = printReport,
  } = options;
  const { contract, implementations } = router;
  const given = options.log ?? memoryLog();
  checkLog("createSluice", given);
  const retaining = retainingLog(given, retainFrom("createSluice", options.retain, contract));
  const log = answeringLog(retaining);
  checkFunctions("createSluice", { onError, "clock.now": clock?.now ?? null });
  checkWhole({ heartbeat }, { min: wheelResolution, unit: "milliseconds" });
  checkWhole({ linger }, { min: 0, unit: "milliseconds" });
  checkWhole({ retry, stallTimeout, snapshotTimeout, runTtl }, { unit: "milliseconds" });
  const limits = limitsFrom(options.limits);
  const { catchUpEvents, eventLength: maxEventLength } = limits;
  const reportToUser = guardedReport(onError);
  const closing = new Closing("The Sluice");
  const report: Report = (error, path, context) => {
    // What still waited for something when the log was closed, such as an opening: that it can't go on is no news.
    if (!(closing.isShut && LogError.is(error))) reportToUser({ error, path, context });
  };

  const procedures = byPath(proceduresOf(contract));
  const counters = new Counters();
  const wheel = new TimerWheel(clock);
  const states = new TopicStates(log);
  const snapshots = new Snapshots({ states, limits });
  const pages = new ReplayCache(limits.bufferedBytes);
  const hub = new Hub({ log, pages, counters, wheel, onError: (error, topic) => report(error, topic, undefined) });
  const runs = new Runs({ log, states, wheel, runTtl, report, maxEventLength, catchUpEvents });
  const sources = new Sources({
    ...{ log, givenLog: given, states, wheel, linger, report, maxEventLength, catchUpEvents },
    maxLingering: limits.subscriptions,
  });
  const admission = new Admission(limits);
  const presence = new Presence({ wheel, linger, maxLingering: limits.subscriptions });
  const ending = { admission, presence, report };
  const control = new ControlFollower({
    ...{ log, wheel, report },
    listener: {
      onDisconnect: (word) => void endMatching(ending, word),
      onMissed: () => endAll({ admission }),
      onStore: (isUp) => tellStore(admission, isUp),
    },
  });

  const publishing = publishSources({
    closing,
    log: publishersLog(log, retaining),
    ...{ states, maxEventLength, snapshotEvery: defaultSnapshotEvery },
    onError: ({ error, path }) => report(error, path, undefined),
    onPublished: (events) => {
      counters.published += events;
    },
    assertPublishable: ({ path }) => {
      if (implementations.get(path)?.run.kind === "live") return;
      throw new TypeError(
        `publish() takes procedures that live() serves; the events of "${path}" come from its generator.`,
      );
    },
  });
  const handles: Omit<TopicParts, "readState"> = {
    procedures,
    disconnect: (topic, given) => disconnectTopic({ ...ending, control, log }, topic, given),
    stop: ({ procedure: { path }, name }) => {
      if (implementations.get(path)?.run.kind === "resumable") return stopRun(log, name);
      throw new TypeError(`stop() takes procedures with a resumable generator; "${path}" has none.`);
    },
    sources: publishing,
  };
  const tools: ServerTools = {
    disconnect: (filter) => {
      publishing.closing.assertOpen();
      return disconnect({ ...ending, control, log, procedures }, filter);
    },
    topic: getTopicFrom({ ...handles, readState: (of, stateOptions) => readState(opening, of, stateOptions) }),
    foldedTopic: getTopicFrom({ ...handles, readState: (of) => readFolded(states, of) }),
  };

  const streams: EventStreamSettings = {
    wheel,
    heartbeat,
    retry,
    stallTimeout,
    limits,
    counters,
    turnEnd: new TurnEnd(),
    onError: (error) => report(error, "$streams", undefined),
    open: admission.streams,
  };
  const opening = {
    ...{ procedures, implementations, tools, publishing, admission, presence, sources, control, report },
    ...{ log, hub, states, snapshots, runs, counters, wheel, snapshotTimeout, held: new HeldPages() },
  };
  control.begin();
  return { ...opening, limits, streams };
}
