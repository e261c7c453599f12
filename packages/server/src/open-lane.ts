import { type AnySubscription, SluiceError } from "@sluice/contract";
import { shorten, stateVersionOf } from "@sluice/contract/internal";
import type { OpenFrame } from "@sluice/contract/wire";
import type { Opening } from "./admission/opening.js";
import type { HandlerParts } from "./handler-parts.js";
import { assertDepth } from "./http/request.js";
import type { WantedSubscription } from "./http/streams-request.js";
import { openSubscription } from "./open-subscription.js";
import { isGivenUp } from "./procedure/given-up.js";
import type { Implementation } from "./procedure/implementation.js";
import { parseInput } from "./procedure/input.js";
import { expiryOf } from "./procedure/revocable-context.js";
import type { NumberedLanes } from "./stream/numbered-lanes.js";
import { refusalOf } from "./subscription/stream-error.js";
import type { Lifetime } from "./time/lifetime.js";

/** What the lanes of a multiplexed stream share. */
export interface LaneRequest {
  readonly lanes: NumberedLanes;
  readonly context: object;
  /** The client as `identify` names it. */
  readonly client: string | undefined;
  readonly opening: Opening;
}

/** Opens one subscription of a multiplexed stream, or refuses it in its lane. Never rejects. PROTOCOL §10.2. */
export async function openLane(
  parts: HandlerParts,
  request: LaneRequest,
  wanted: WantedSubscription,
  index: number,
): Promise<void> {
  const { lanes, context } = request;
  const { streams, report } = parts;
  const lifetime = lanes.begin();
  const implementation = parts.implementations.get(wanted.path);
  try {
    await serve(parts, request, { implementation: subscriptionAt(wanted, implementation), wanted, index, lifetime });
  } catch (error) {
    const procedure = implementation?.procedure ?? { path: shorten(wanted.path, 140), errors: {} };
    lanes.refuse({
      subscription: index,
      lifetime,
      open: openOfRefused(implementation, streams.heartbeat),
      error: refusalOf({ error, procedure, context, report: isGivenUp(error, lifetime) ? () => {} : report }),
    });
  }
}

interface LaneOpening {
  readonly implementation: Implementation;
  readonly wanted: WantedSubscription;
  readonly index: number;
  readonly lifetime: Lifetime;
}

async function serve(
  parts: HandlerParts,
  { lanes, context, client, opening }: LaneRequest,
  { implementation, wanted, index, lifetime }: LaneOpening,
): Promise<void> {
  const { admission, control, report, wheel } = parts;
  const { procedure } = implementation;
  admission.admitLane({ client, lifetime });
  assertDepth(wanted.input);
  const input = await parseInput(procedure, wanted.input, (error) => report(error, procedure.path, context));
  const caller = { context, input, lifetime, client, lastEventId: wanted.cursor, opening };
  const source = await openSubscription(parts, implementation, caller);
  const unread = control.assertReadable();
  if (unread) await unread;
  if (lifetime.over) return;
  // During the opening, the server may have begun to drain, or the authorisation may have been revoked.
  admission.assertOpen();
  opening.assertAllowed(source.topic, source.context, wheel.time);
  const expiresAt = expiryOf(source.context);
  lanes.add({ subscription: index, path: procedure.path, source, expiresAt, lifetime });
}

/** @throws SluiceError `notFound`, `badRequest`; `unavailable` for a plain generator: a change of the set would cut it. */
function subscriptionAt({ path }: WantedSubscription, implementation: Implementation | undefined): Implementation {
  if (!implementation) {
    throw new SluiceError("notFound", { message: `There is no subscription ${JSON.stringify(shorten(path, 140))}` });
  }
  const { procedure, run } = implementation;
  if (procedure.kind !== "subscription")
    throw new SluiceError("badRequest", { message: `"${path}" is a ${procedure.kind}, and no subscription` });
  if (run.kind === "stream")
    throw new SluiceError("unavailable", { message: `"${path}" needs a stream of its own: open it by itself` });
  return implementation;
}

/** The first frame of a lane that is refused. */
function openOfRefused(implementation: Implementation | undefined, heartbeat: number): OpenFrame {
  if (implementation?.procedure.kind !== "subscription")
    return { kind: "open", stream: "stream", heartbeat, resumable: false };
  const { procedure, run } = implementation;
  const { path } = procedure;
  const version = stateVersionOf(procedure as AnySubscription);
  const stream = run.kind === "resumable" || run.kind === "stream" ? run.kind : "live";
  const resumable = run.kind !== "stream" || run.onCut === "restart";
  return { kind: "open", stream, heartbeat, resumable, path, ...(version === 1 ? {} : { version }) };
}
