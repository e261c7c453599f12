import {
  type AnySubscription,
  type ContractTree,
  checkFunctions,
  checkNames,
  coderOf,
  type EventInputOf,
  encodeInput,
  type InputOf,
  type NamesOf,
  proceduresOf,
  shortName,
  shown,
  topicOf,
  ValidationError,
  type WithoutInput,
} from "@sluice/contract";
import { formatCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/log";
import { checkWhole } from "../options/check.js";
import { checkLog } from "../options/log.js";
import { guardedReport, printReport } from "../options/on-error.js";
import { byPath, ownOf } from "../options/own-procedure.js";
import { TopicStates } from "../topic/topic-states.js";
import { appendEvents, defaultSnapshotEvery } from "./append-events.js";
import { defaultMaxEventLength, encodeEvent, type UnencodedEvent } from "./encode-event.js";

export interface PublishOptions {
  /**
   * Makes a retried publish safe: within the engine's window the same key appends at most once to a topic and answers with
   * the first cursor. It may come from a client: one that is longer than 512 bytes is kept by its SHA-256. Default: none.
   */
  readonly idempotencyKey?: string | undefined;
}

export interface Published {
  /** The cursor after the last event. */
  readonly cursor: string;
  /** True if the idempotency key had been used before: nothing was appended. */
  readonly duplicate: boolean;
}

/**
 * Publishes one event, or several as a whole, to the topic that `input` names.
 *
 * @throws ValidationError for an event that doesn't fit its schema, or whose JSON doesn't read back as what it was made from:
 * nothing is appended.
 * @throws SluiceError `contractMismatch` if the state's `apply` throws for an event, changes the state in place, or gives one that
 * doesn't fit its schema (looked at up to 16 Ki characters of JSON): nothing is appended.
 * (A retry with an idempotency key is not looked at again: it gets the first cursor.)
 * @throws SluiceError `unavailable` if others publish to the same topic with state all the time and keep this one from appending
 * for 10 seconds: nothing is appended.
 * @throws TypeError for an option that isn't there.
 * @throws RangeError for no events, one that is longer than the limit, or an empty idempotency key.
 * @example await publish(contract.scores.watch, { matchId }, { type: "goal", data: { team: "home", minute: 12 } });
 * @example await publish(contract.news, { type: "item", data: "…" }); // an input that may be undefined may be left out
 */
export interface Publish {
  <P extends AnySubscription>(
    procedure: WithoutInput<P, P, "publish(procedure, input, event)">,
    events: EventInputOf<P> | readonly EventInputOf<P>[],
  ): Promise<Published>;
  <P extends AnySubscription>(
    procedure: P,
    input: InputOf<P>,
    events: EventInputOf<P> | readonly EventInputOf<P>[],
    options?: PublishOptions,
  ): Promise<Published>;
}

export interface Publisher {
  readonly publish: Publish;
}

export interface PublisherOptions {
  /** Where the events go: the engine that the servers read from. */
  readonly log: Log;
  /** Longest event, in characters of JSON. Default: 1 Mi. */
  readonly maxEventLength?: number;
  /** A snapshot of a topic's state is saved after so many events. Default: 200. */
  readonly snapshotEvery?: number;
  /** Told if a snapshot could not be saved; the events are published all the same. Default: prints it to stderr. */
  readonly onError?: (report: { readonly error: unknown; readonly path: string }) => void;
}

/**
 * Makes a publisher for a process that serves nobody, such as a worker.
 *
 * @throws RangeError for a `maxEventLength` or `snapshotEvery` that is none, TypeError for an option that isn't there, also among
 * the log's, such as a path in `overrides` that is no subscription's.
 * @example const publisher = createPublisher(contract, { log: redisLog({ url }) });
 */
export function createPublisher(contract: ContractTree, options: PublisherOptions): Publisher {
  checkNames("createPublisher", options, optionNames);
  checkFunctions("createPublisher", { onError: options?.onError });
  checkLog("createPublisher", options?.log, contract);
  return publisherWith(contract, options, new TopicStates(options.log));
}

const optionNames: NamesOf<PublisherOptions> = { log: true, maxEventLength: true, snapshotEvery: true, onError: true };
const publishNames: NamesOf<PublishOptions> = { idempotencyKey: true };

/** What whoever serves what is published adds to a publisher. */
interface PublisherHooks {
  readonly onPublished?: (events: number) => void;
  /** @throws TypeError for a procedure whose events don't come from publishing. */
  readonly assertPublishable?: (procedure: AnySubscription) => void;
}

/** A publisher that shares its folded states with whoever serves them. */
export function publisherWith(
  contract: ContractTree,
  options: PublisherOptions,
  states: TopicStates,
  { onPublished = () => {}, assertPublishable = () => {} }: PublisherHooks = {},
): Publisher {
  const {
    log,
    maxEventLength = defaultMaxEventLength,
    snapshotEvery = defaultSnapshotEvery,
    onError = printReport,
  } = options;
  checkWhole({ maxEventLength, snapshotEvery });
  const procedures = byPath(proceduresOf(contract));
  const sources = { log, states, snapshotEvery, onError: guardedReport(onError) };

  async function publish(
    given: AnySubscription,
    input: unknown,
    events: UnencodedEvent | readonly UnencodedEvent[],
    publishOptions: PublishOptions = {},
  ): Promise<Published> {
    checkNames("publish", publishOptions, publishNames);
    const { idempotencyKey } = publishOptions;
    const procedure = ownOf(procedures, given, "publish() takes a subscription");
    if (procedure.kind !== "subscription") {
      throw new TypeError(`publish() takes a subscription of this contract; "${procedure.path}" is none.`);
    }
    assertPublishable(procedure);
    const all = eventsIn(procedure, events);
    if (all.length === 0) throw new RangeError(`publish() to "${procedure.path}" was given no events.`);
    if (idempotencyKey !== undefined && typeof idempotencyKey !== "string") {
      throw new TypeError(`publish: idempotencyKey is ${shown(idempotencyKey)}; allowed is a text.`);
    }
    if (idempotencyKey === "") {
      throw new RangeError(
        `publish() to "${procedure.path}" was given an empty idempotencyKey; leave it out, or name one.`,
      );
    }
    const encoded = all.map((event) => encodeEvent(procedure, event, maxEventLength));
    const topic = await topicFor(procedure, input);
    const options = idempotencyKey === undefined ? {} : { idempotencyKey: shortName(idempotencyKey) };
    const { position, duplicate } = await appendEvents(sources, { procedure, topic, events: encoded }, options);
    if (!duplicate) onPublished(all.length);
    return { cursor: formatCursor(position), duplicate };
  }
  type Given = [procedure: AnySubscription, input: unknown, events: UnencodedEvent, options?: PublishOptions];
  /** With two arguments the input was left out: the events never are. */
  const publishGiven = (...given: Given | [AnySubscription, UnencodedEvent]) =>
    given.length === 2 ? publish(given[0], undefined, given[1]) : publish(...given);
  return { publish: publishGiven as Publish };
}

/** @throws ValidationError for what is neither an event nor a list of them, as where the input was left out before options. */
function eventsIn(procedure: AnySubscription, given: unknown): readonly UnencodedEvent[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const each of all) {
    if (typeof each === "object" && each !== null && "type" in each) continue;
    const what = `${shown(each)} is no event; allowed are { type, data } and arrays of them, after the input`;
    throw new ValidationError([{ message: what, path: [] }], `publish() to "${procedure.path}"`);
  }
  return all as readonly UnencodedEvent[];
}

/** The topic that an input names, from the input as a caller passes it. */
async function topicFor(procedure: AnySubscription, input: unknown): Promise<string> {
  if (!procedure.input) return procedure.path;
  return topicOf(procedure, await coderOf(procedure.input).decodeAsync(encodeInput(procedure.input, input)));
}
