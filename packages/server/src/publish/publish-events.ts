import { type AnySubscription, ValidationError } from "@sluice/contract";
import { checkNames, type NamesOf, shortName, shown } from "@sluice/contract/internal";
import { formatCursor } from "@sluice/contract/wire";
import { checkWhole } from "../options/check.js";
import { type AppendSources, appendEvents } from "./append-events.js";
import type { Closing } from "./closing.js";
import { encodeEvent, type UnencodedEvent } from "./encode-event.js";
import { defaultPublishTimeout, PublishDeadlines } from "./publish-deadlines.js";
import { PublisherLeases } from "./publisher-leases.js";
import type { Published, PublishOptions } from "./topic-handle.js";
import { Turns } from "./turns.js";

export interface PublishSources extends AppendSources {
  /** Longest event, in characters of JSON. */
  readonly maxEventLength: number;
  readonly deadlines: PublishDeadlines;
  readonly closing: Closing;
  readonly onPublished?: (events: number) => void;
  /** @throws TypeError if the procedure's events are not published but generated. */
  readonly assertPublishable?: (procedure: AnySubscription) => void;
}

export const publishSources = (given: Omit<PublishSources, "turns" | "leases" | "deadlines">): PublishSources => ({
  ...given,
  turns: new Turns(),
  leases: new PublisherLeases(given.log),
  deadlines: new PublishDeadlines(),
});

/** Ends everything that publishes; what is under way may finish. */
export async function closePublishing({ closing, deadlines, leases, log }: PublishSources): Promise<void> {
  closing.shut();
  await deadlines.idle();
  await leases.idle();
  await log.close?.();
}

/** Where the events go. */
export interface PublishTarget {
  readonly procedure: AnySubscription;
  /** The topic's name. */
  readonly name: string;
}

const optionNames: NamesOf<PublishOptions> = { idempotencyKey: true, timeout: true };

/** Publishes events; see `Topic.publish`. They are encoded before it returns, so the caller may change them then. */
export async function publishEvents(
  sources: PublishSources,
  target: PublishTarget,
  events: UnencodedEvent | readonly UnencodedEvent[],
  options: PublishOptions = {},
): Promise<Published> {
  sources.closing.assertOpen();
  checkNames("publish", options, optionNames);
  const { procedure } = target;
  sources.assertPublishable?.(procedure);
  const all = eventsIn(procedure, events);
  if (all.length === 0) throw new RangeError(`publish() to "${procedure.path}" was given no events.`);
  const key = keyOf(procedure, options);
  const encoded = all.map((event) => encodeEvent(procedure, event, sources.maxEventLength));
  const { timeout = defaultPublishTimeout } = options;
  if (timeout !== defaultPublishTimeout) checkWhole({ timeout }, { unit: "milliseconds" });
  const given = { procedure, topic: target.name, events: encoded };
  const { cursor, duplicate } = await sources.deadlines.within({ timeout, isKeyed: key !== noKey }, (deadline) =>
    appendEvents(sources, given, key, deadline),
  );
  if (!duplicate) sources.onPublished?.(all.length);
  return { cursor: formatCursor(cursor), duplicate };
}

const noKey = {};

function keyOf({ path }: AnySubscription, { idempotencyKey }: PublishOptions): { readonly idempotencyKey?: string } {
  if (idempotencyKey === undefined) return noKey;
  if (typeof idempotencyKey !== "string") {
    throw new TypeError(`publish: idempotencyKey is ${shown(idempotencyKey)}; allowed is a string.`);
  }
  if (idempotencyKey !== "") return { idempotencyKey: shortName(idempotencyKey) };
  throw new RangeError(`publish() to "${path}" was given an empty idempotencyKey; leave it out, or give one.`);
}

/** @throws ValidationError if a value is not an event. */
function eventsIn(procedure: AnySubscription, given: unknown): readonly UnencodedEvent[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const each of all) {
    if (typeof each === "object" && each !== null && "type" in each) continue;
    const what = `${shown(each)} is not an event; allowed are { type, data } and arrays of them`;
    throw new ValidationError([{ message: what, path: [] }], `publish() to "${procedure.path}"`);
  }
  return all as readonly UnencodedEvent[];
}
