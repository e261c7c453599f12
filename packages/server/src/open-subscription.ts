import { type AnySubscription, topicOf } from "@sluice/contract";
import { countTopic } from "./admission/admission.js";
import type { Opening } from "./admission/opening.js";
import { cursorFrom } from "./http/request.js";
import { argsFor, type Caller } from "./procedure/call.js";
import type { Implementation } from "./procedure/implementation.js";
import { type AnyArgs, layArgs, runMiddlewares } from "./procedure/middleware.js";
import type { Runtime } from "./runtime.js";
import type { LaneSource } from "./stream/lane.js";
import { GeneratorSource } from "./subscription/generator.js";
import { prepareLive } from "./subscription/live.js";
import { prepareResumable } from "./subscription/resumable.js";

export interface SubscriptionCaller extends Caller {
  readonly lastEventId: string | undefined;
  /** Who the client is, if that is known. */
  readonly client: string | undefined;
  readonly opening: Opening;
}

/** Authorises a subscriber and gets ready to serve it; whatever fails here can still be told by an HTTP status. */
export async function openSubscription(
  runtime: Runtime,
  implementation: Implementation,
  caller: SubscriptionCaller,
): Promise<LaneSource> {
  const { run, middlewares } = implementation;
  const { input, lifetime } = caller;
  const { report, limits } = runtime;
  const procedure = implementation.procedure as AnySubscription;
  const cursor = positionOf(implementation, caller);
  const topic = topicOf(procedure, input);

  const open = async (context: object, args: () => AnyArgs): Promise<LaneSource> => {
    caller.opening.assertAllowed(topic, context, runtime.wheel.time);
    if (run.kind === "live" || run.kind === "resumable") countTopic(runtime, caller.client, topic);
    switch (run.kind) {
      case "live":
        return prepareLive(runtime, { procedure, topic, run, context, input, lifetime, cursor, args });
      case "stream": {
        const lastEventId = run.onCut === "restart" ? caller.lastEventId : undefined;
        return new GeneratorSource({
          report,
          maxEventLength: limits.eventLength,
          procedure,
          topic,
          run,
          args: layArgs(args(), { lastEventId }),
        });
      }
      case "resumable":
        return prepareResumable(runtime, { procedure, topic, run, context, input, lifetime, cursor, args });
      case "call":
        throw new TypeError(`"${procedure.path}" is no subscription; call it.`);
    }
  };
  // Most streams have nobody to call, so nothing is made to call them with.
  if (middlewares.length === 0) return open(caller.context, () => argsFor(runtime, implementation, caller));
  return runMiddlewares(middlewares, argsFor(runtime, implementation, caller), (args) =>
    open(args.context, () => args),
  );
}

/** Authorises a subscriber and opens nothing. */
export async function authorise(
  runtime: Runtime,
  implementation: Implementation,
  caller: SubscriptionCaller,
): Promise<void> {
  positionOf(implementation, caller);
  const topic = topicOf(implementation.procedure as AnySubscription, caller.input);
  await runMiddlewares(implementation.middlewares, argsFor(runtime, implementation, caller), async ({ context }) => {
    caller.opening.assertAllowed(topic, context, runtime.wheel.time);
  });
}

/** A generator that may be run again gives ids of its own: whatever comes back is for it to judge. PROTOCOL §9.2. */
const positionOf = ({ run }: Implementation, { lastEventId }: SubscriptionCaller) =>
  run.kind === "stream" && run.onCut === "restart" ? undefined : cursorFrom(lastEventId);
