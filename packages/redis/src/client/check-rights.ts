import { LogError } from "@sluice/log";
import type { Connection, Connector } from "./connection.js";
import { logErrorOf } from "./errors.js";
import type { Scripts } from "./scripts.js";

/** Each command that a log sends or its scripts call, for one topic's keys and channel. */
function commandsFor(start: string, publish: Connector["publish"]): readonly (readonly string[])[] {
  const [m, e, s, k, channel] = [`${start}m`, `${start}e`, `${start}s`, `${start}k`, `${start}c`];
  const prefixed = publish === "SPUBLISH" ? "S" : "";
  return [
    ["PING"],
    ["INFO"],
    ["SCRIPT", "EXISTS", "0"],
    ["SCRIPT", "LOAD", "return 1"],
    ["TIME"],
    ["GET", m],
    ["SET", s, "0"],
    ["SETRANGE", m, "0", "0"],
    ["UNLINK", m, e, s, k],
    ["XADD", e, "1-0", "0", "0"],
    ["XRANGE", e, "-", "+"],
    ["XTRIM", e, "MINID", "=", "1-0"],
    ["PEXPIREAT", m, "1"],
    ["PERSIST", m],
    ["HGET", k, "0"],
    ["HSET", k, "0", "0"],
    ["HSETNX", k, "0", "0"],
    ["HDEL", k, "0"],
    [publish, channel, "0"],
    [`${prefixed}SUBSCRIBE`, channel],
    [`${prefixed}UNSUBSCRIBE`, channel],
  ];
}

export interface CheckRightsOptions {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly scripts: Scripts;
  /** How the names of a topic's keys begin. */
  readonly start: string;
}

/**
 * A script that is refused a command half-way has done the half, so what is missing is found before. Redis 7 and Valkey can tell; of an
 * older one, this knows only whether scripts may run.
 *
 * @throws LogError that names what the user may not do
 */
export async function checkRights({ connection, connector, scripts, start }: CheckRightsOptions): Promise<void> {
  const commands = commandsFor(start, connector.publish);
  let missing: Set<string>;
  try {
    const answers = await scripts.runOnAll(connection, "rights", [JSON.stringify(commands)]);
    missing = new Set(answers.flatMap((each) => each as readonly number[]).map((i) => named(commands[i - 1])));
  } catch (error) {
    const told = logErrorOf(error, "read", connector.place);
    throw told.isDenied ? told.error : error;
  }
  if (missing.size === 0) return;
  throw new LogError(
    "unavailable",
    `${connector.place} can't be used: its user has not all rights that the README of @sluice/redis names. It may not ${[...missing].join(", ")}.`,
  );
}

/** The part of a command that a right is about. */
const named = (command: readonly string[] = []): string => {
  const [name = "", first] = command;
  return first === undefined ? name : `${name} ${first}`;
};
