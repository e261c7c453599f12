import type { AnySubscription } from "@sluice/contract";
import { topicOf } from "@sluice/contract/internal";
import type { Admission } from "./admission/admission.js";
import type { Opening } from "./admission/opening.js";
import type { ControlFollower } from "./control/control-follower.js";
import { cursorFrom } from "./http/request.js";
import type { Limits } from "./options/limits.js";
import { argsFor, type Caller, type ServerTools } from "./procedure/args.js";
import type { Implementation } from "./procedure/implementation.js";
import { type AnyArgs, mergeArgs, runMiddlewares } from "./procedure/middleware.js";
import type { LaneSource } from "./stream/lane.js";
import { GeneratorSource } from "./subscription/generator.js";
import { prepareLive } from "./subscription/live.js";
import { prepareResumable, type ResumableParts } from "./subscription/resumable.js";
import type { SnapshotParts } from "./subscription/snapshot.js";
import type { Hub } from "./topic/hub.js";
import { type WelcomeParts, welcome } from "./welcome.js";

export interface SubscriptionCaller extends Caller {
  readonly lastEventId: string | undefined;
  /** The client as `identify` names it. */
  readonly client: string | undefined;
  readonly opening: Opening;
}

/** The parts that opening a subscription needs. */
export interface OpenParts extends ResumableParts, SnapshotParts, WelcomeParts {
  readonly admission: Admission;
  readonly control: Pick<ControlFollower, "name" | "assertReadable">;
  readonly hub: Hub;
  readonly tools: ServerTools;
  readonly limits: Pick<Limits, "catchUpEvents" | "eventLength">;
}

/** Authorises a subscriber and prepares its lane. A failure can still be answered with an HTTP status. */
export async function openSubscription(
  parts: OpenParts,
  implementation: Implementation,
  caller: SubscriptionCaller,
): Promise<LaneSource> {
  const { run, middlewares } = implementation;
  const { input, lifetime } = caller;
  const { admission, hub, wheel, report, limits } = parts;
  const procedure = implementation.procedure as AnySubscription;
  const cursor = cursorOf(implementation, caller);
  const topic = topicOf(procedure, input);

  const open = async (context: object, args: () => AnyArgs): Promise<LaneSource> => {
    caller.opening.assertAllowed(topic, context, wheel.time);
    const isLogged = run.kind === "live" || run.kind === "resumable";
    if (isLogged && !hub.has(topic)) admission.countNewTopic(caller.client, wheel.monotonic);
    switch (run.kind) {
      case "live": {
        const subscriber = await prepareLive(parts, { procedure, topic, run, context, input, lifetime, cursor, args });
        welcome(parts, implementation, { topic, input, client: caller.client, subscriber, args });
        return subscriber;
      }
      case "stream": {
        const lastEventId = run.onCut === "restart" ? caller.lastEventId : undefined;
        return new GeneratorSource({
          report,
          maxEventLength: limits.eventLength,
          procedure,
          topic,
          run,
          args: mergeArgs(args(), { lastEventId }),
        });
      }
      case "resumable":
        return prepareResumable(parts, { procedure, topic, run, context, input, lifetime, cursor, args });
      case "call":
        throw new TypeError(`"${procedure.path}" is not a subscription; use call().`);
    }
  };
  // Most streams have no middleware, so args are not created for them.
  if (middlewares.length === 0) return open(caller.context, () => argsFor(parts.tools, implementation, caller));
  return runMiddlewares(middlewares, argsFor(parts.tools, implementation, caller), (args) =>
    open(args.context, () => args),
  );
}

/** Authorises a subscriber without opening a stream. */
export async function authorise(
  parts: OpenParts,
  implementation: Implementation,
  caller: SubscriptionCaller,
): Promise<void> {
  cursorOf(implementation, caller);
  const topic = topicOf(implementation.procedure as AnySubscription, caller.input);
  await runMiddlewares(
    implementation.middlewares,
    argsFor(parts.tools, implementation, caller),
    async ({ context }) => {
      caller.opening.assertAllowed(topic, context, parts.wheel.time);
    },
  );
}

/** A generator with `onCut: "restart"` has ids of its own and checks them itself. PROTOCOL §9.2. */
const cursorOf = ({ run }: Implementation, { lastEventId }: SubscriptionCaller) =>
  run.kind === "stream" && run.onCut === "restart" ? undefined : cursorFrom(lastEventId);
