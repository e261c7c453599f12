import type { AnySubscription } from "@sluice/contract";
import { cursorFrom } from "../http/request.js";
import { argsFor, type Caller } from "../procedure/call.js";
import { toPublicError } from "../procedure/errors.js";
import type { Implementation } from "../procedure/implementation.js";
import { runMiddlewares } from "../procedure/middleware.js";
import type { Runtime } from "../runtime.js";
import type { Connection } from "./connection.js";
import { streamGenerator } from "./generator.js";
import { prepareLive } from "./live.js";

export interface SubscriptionCaller extends Caller {
  readonly lastEventId: string | undefined;
}

/** Writes a subscription's stream to a connection. */
export type WriteStream = (connection: Connection) => void;

/** Authorises a subscriber and gets ready to serve it; whatever fails here can still be told by an HTTP status. */
export async function openSubscription(
  runtime: Runtime,
  implementation: Implementation,
  caller: SubscriptionCaller,
): Promise<WriteStream> {
  const { run, middlewares } = implementation;
  const procedure = implementation.procedure as AnySubscription;
  const cursor = positionOf(implementation, caller);

  const onError = (connection: Connection, error: unknown) => {
    const seen = toPublicError(error, procedure.errors);
    if (seen.code === "internal") runtime.report(error, procedure.path, caller.context);
    const { code, message, data } = seen;
    // A log that can't be read now may be later; a generator or a fold that threw would throw again.
    const final = seen.code !== "internal" || run.kind === "stream";
    connection.finish({ kind: "error", code, message, data, final });
  };

  return runMiddlewares(middlewares, argsFor(implementation, caller), async (args): Promise<WriteStream> => {
    switch (run.kind) {
      case "live":
        return prepareLive(runtime, { procedure, run, args, cursor, onError });
      case "stream": {
        const lastEventId = run.onCut === "restart" ? caller.lastEventId : undefined;
        const generatorArgs = { ...args, publish: runtime.publish, lastEventId };
        return streamGenerator({ procedure, run, args: generatorArgs, onError });
      }
      case "call":
        throw new TypeError(`"${procedure.path}" is no subscription; call it.`);
    }
  });
}

/** Authorises a subscriber and opens nothing. */
export async function authorise(implementation: Implementation, caller: SubscriptionCaller): Promise<void> {
  positionOf(implementation, caller);
  await runMiddlewares(implementation.middlewares, argsFor(implementation, caller), async () => {});
}

/** A generator that may be run again gives ids of its own: whatever comes back is for it to judge. PROTOCOL §9.2. */
const positionOf = ({ run }: Implementation, { lastEventId }: SubscriptionCaller) =>
  run.kind === "stream" && run.onCut === "restart" ? undefined : cursorFrom(lastEventId);
