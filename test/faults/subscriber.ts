import { type Connection, createClient, type SluiceError, type SubscriptionProcedure } from "@sluice/client";
import type { AnySubscription } from "@sluice/contract";
import { onTestFinished } from "vitest";
import { createManualClock, type ManualClock } from "../../packages/client/src/test-kit/manual-clock.test-kit.js";
import { inLanes } from "../conformance/in-lanes.js";
import type { Kind } from "../conformance/kinds.js";
import { eventually } from "../conformance/within.js";
import type { World } from "../conformance/world.js";

/** The real client's subscription to one kind, with everything that it received. */
export interface Subscriber {
  /** The numbers of all events, in the order in which they were applied. */
  readonly numbers: readonly number[];
  readonly state: unknown;
  readonly connection: Connection;
  /** The errors of failed attempts, in order. */
  readonly failures: readonly SluiceError[];
  /** The milliseconds that it waited before each attempt after the first. */
  readonly waits: readonly number[];
  /** Whether it received a reset, an error or an end. */
  readonly told: readonly string[];
  readonly clock: ManualClock;
  /** Resolves when events up to this number have arrived. */
  received(last: number): Promise<void>;
  live(): Promise<void>;
}

/** Subscribes. Its time stands still, except that waits before an attempt end at once. */
export function subscribe({ contract, base }: World, port: number, { path, input, numberOf }: Kind): Subscriber {
  const clock = createManualClock();
  const numbers: number[] = [];
  const failures: SluiceError[] = [];
  const waits: number[] = [];
  const told: string[] = [];
  let state: unknown;
  let connection: Connection = { status: "closed", attempt: 0, since: 0, cursor: () => undefined };

  const client = createClient(contract, {
    url: `http://127.0.0.1:${port}${base}`,
    retry: { random: () => 0.5 },
    linger: 0,
    clock,
    multiplex: inLanes,
  });
  const procedure = path.split("/").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], client);
  const stop = (procedure as SubscriptionProcedure<AnySubscription>).subscribe(input as never, {
    onEvent: ({ data }) => void numbers.push(numberOf(data as never)),
    onState: (value) => {
      state = value;
    },
    onConnection(next) {
      connection = next;
      const { status, retryAt, error } = next;
      // What else is to be on its stream is gathered for this time.
      if (inLanes && status !== "live") setImmediate(() => clock.advance(10));
      if (error && error !== failures.at(-1)) failures.push(error as SluiceError);
      if (retryAt === undefined) return;
      waits.push(retryAt - clock.now());
      setImmediate(() => clock.advance(Math.max(0, retryAt - clock.now())));
    },
    onReset: ({ reason }) => void told.push(`reset: ${reason}`),
    onError: ({ code }) => void told.push(`error: ${code}`),
    onEnd: () => void told.push("end"),
  });
  onTestFinished(stop);

  return {
    numbers,
    get state() {
      return state;
    },
    get connection() {
      return connection;
    },
    failures,
    waits,
    told,
    clock,
    received: (last) =>
      eventually(() => {
        if (numbers.at(-1) !== last) throw new Error(`Waited in vain for ${last}; got ${numbers.join(" ")} ${told}`);
      }),
    live: () =>
      eventually(() => {
        if (connection.status !== "live") throw new Error(`Waited in vain to be live; it is ${connection.status}`);
      }),
  };
}
