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
import { PublisherLeases } from "./publisher-leases.js";
import { Turns } from "./turns.js";

export interface PublishOptions {
  /**
   * Makes a retried publish safe: within the engine's dedupe window, events with the same key are appended at most once
   * per topic, and a retry gets the first cursor. The key may come from a client: a key longer than 512 bytes is stored
   * as its SHA-256. Default: none.
   */
  readonly idempotencyKey?: string | undefined;
}

export interface Published {
  /** The cursor after the last event. */
  readonly cursor: string;
  /** True if the idempotency key was used before: nothing was appended. */
  readonly duplicate: boolean;
}

/**
 * Publishes one event, or several, to the topic that `input` names. Either all of them are appended, or none.
 *
 * @throws ValidationError if an event does not fit its schema, or its JSON does not read back as the same value:
 * nothing is appended.
 * @throws SluiceError `contractMismatch` if the state's `apply` throws for an event, changes the state in place, or
 * returns one that does not fit its schema (checked up to 16 Ki characters of JSON): nothing is appended. (A retry with
 * an idempotency key is not checked again: it gets the first cursor.)
 * @throws SluiceError `unavailable` if other publishers to the same topic with state keep this one from appending: 16
 * attempts fail, or 10 seconds have passed since the call, also behind earlier publishes of this process. Nothing is
 * appended.
 * @throws TypeError if an option is unknown.
 * @throws RangeError if there are no events, one is longer than the limit, or the idempotency key is empty.
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
  /** The log that receives the events. The servers must read from the same one. */
  readonly log: Log;
  /** Longest event, in characters of JSON. Default: 1 Mi. */
  readonly maxEventLength?: number;
  /** A snapshot of a topic's state is saved after this many events. Default: 200. */
  readonly snapshotEvery?: number;
  /** Called if a snapshot could not be saved; the events are published anyway. Default: prints to stderr. */
  readonly onError?: (report: { readonly error: unknown; readonly path: string }) => void;
}

/**
 * Creates a publisher for a process that serves no clients, such as a worker.
 *
 * @throws RangeError if `maxEventLength` or `snapshotEvery` is not a whole number above 0.
 * @throws TypeError if an option is unknown, also an option of the log, such as a path in `overrides` that is not a
 * subscription's.
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

/** What a server adds to its publisher. */
interface PublisherHooks {
  readonly onPublished?: (events: number) => void;
  /** @throws TypeError if the procedure's events are not published but generated. */
  readonly assertPublishable?: (procedure: AnySubscription) => void;
}

/** A publisher that shares its folded states with a server. */
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
  const queues = { turns: new Turns(), leases: new PublisherLeases(log) };
  const sources = { log, states, ...queues, snapshotEvery, onError: guardedReport(onError) };

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
      throw new TypeError(`publish() takes a subscription of this contract; "${procedure.path}" is not one.`);
    }
    assertPublishable(procedure);
    const all = eventsIn(procedure, events);
    if (all.length === 0) throw new RangeError(`publish() to "${procedure.path}" was given no events.`);
    if (idempotencyKey !== undefined && typeof idempotencyKey !== "string") {
      throw new TypeError(`publish: idempotencyKey is ${shown(idempotencyKey)}; allowed is a string.`);
    }
    if (idempotencyKey === "") {
      throw new RangeError(
        `publish() to "${procedure.path}" was given an empty idempotencyKey; leave it out, or give one.`,
      );
    }
    const encoded = all.map((event) => encodeEvent(procedure, event, maxEventLength));
    const topic = await topicFor(procedure, input);
    const options = idempotencyKey === undefined ? {} : { idempotencyKey: shortName(idempotencyKey) };
    const { cursor, duplicate } = await appendEvents(sources, { procedure, topic, events: encoded }, options);
    if (!duplicate) onPublished(all.length);
    return { cursor: formatCursor(cursor), duplicate };
  }
  type Given = [procedure: AnySubscription, input: unknown, events: UnencodedEvent, options?: PublishOptions];
  /** With two arguments, the input was left out: the events are required. */
  const publishGiven = (...given: Given | [AnySubscription, UnencodedEvent]) =>
    given.length === 2 ? publish(given[0], undefined, given[1]) : publish(...given);
  return { publish: publishGiven as Publish };
}

/** @throws ValidationError if a value is not an event. That also catches an input that was left out before options. */
function eventsIn(procedure: AnySubscription, given: unknown): readonly UnencodedEvent[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const each of all) {
    if (typeof each === "object" && each !== null && "type" in each) continue;
    const what = `${shown(each)} is not an event; allowed are { type, data } and arrays of them, after the input`;
    throw new ValidationError([{ message: what, path: [] }], `publish() to "${procedure.path}"`);
  }
  return all as readonly UnencodedEvent[];
}

/** The topic that a caller's input names. */
async function topicFor(procedure: AnySubscription, input: unknown): Promise<string> {
  if (!procedure.input) return procedure.path;
  return topicOf(procedure, await coderOf(procedure.input).decodeAsync(encodeInput(procedure.input, input)));
}
