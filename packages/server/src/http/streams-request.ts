import { SluiceError } from "@sluice/contract";
import { shown } from "@sluice/contract/internal";
import type { Limits } from "../options/limits.js";
import type { Exchange } from "./exchange.js";
import { readBody } from "./request.js";

/** The path of multiplexed streams, below the base. PROTOCOL §10.1. */
export const streamsPath = "$streams";

export const streamsMethods: readonly string[] = ["POST"];

/** One subscription of a multiplexed stream, not yet checked against the contract. */
export interface WantedSubscription {
  readonly path: string;
  /** Wire form. */
  readonly input: unknown;
  /** Where the client left off. */
  readonly cursor: string | undefined;
}

/** @throws SluiceError `methodNotAllowed`, `unsupportedMediaType`, `payloadTooLarge`, `badRequest`. */
export async function readStreamsRequest(
  exchange: Exchange,
  { inputBytes, subscriptionsPerStream }: Pick<Limits, "inputBytes" | "subscriptionsPerStream">,
): Promise<readonly WantedSubscription[]> {
  if (!streamsMethods.includes(exchange.method)) {
    throw new SluiceError("methodNotAllowed", { message: `"${streamsPath}" takes POST, not ${exchange.method}` });
  }
  const { subscriptions } = await readBody(exchange, inputBytes, example);
  if (!Array.isArray(subscriptions)) throw misshapen([], shown(subscriptions), "an array");
  if (subscriptions.length === 0) throw misshapen([], "empty", "an array of at least one subscription");
  if (subscriptions.length > subscriptionsPerStream) {
    throw new SluiceError("payloadTooLarge", {
      message: `The request has ${subscriptions.length} subscriptions; at most ${subscriptionsPerStream} are allowed`,
      data: { maxSubscriptions: subscriptionsPerStream },
    });
  }
  return subscriptions.map(wantedFrom);
}

const example = '{"subscriptions":[{"path":"…","input":{}}]}';

function wantedFrom(given: unknown, index: number): WantedSubscription {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw misshapen([index], shown(given), "an object");
  const { path, input, cursor } = given as Record<string, unknown>;
  if (typeof path !== "string") throw misshapen([index, "path"], shown(path), "a string");
  if (cursor !== undefined && cursor !== null && typeof cursor !== "string")
    throw misshapen([index, "cursor"], shown(cursor), "a string");
  return { path, input, cursor: cursor || undefined };
}

function misshapen(below: readonly (string | number)[], given: string, allowed: string): SluiceError {
  const path = ["subscriptions", ...below];
  const message = `${path.join(".")} is ${given}; allowed is ${allowed}, such as ${example}`;
  return new SluiceError("badRequest", { message, issues: [{ message: `allowed is ${allowed}`, path }] });
}
