import { LogError } from "@sluice/log";
import type { Connection } from "./connection.js";

/**
 * A server that evicts keys would lose a part of a topic and keep the rest. A replica takes no writes, and may be what an address leads
 * to just after a failover.
 *
 * @throws LogError if a server can't be used
 */
export async function checkServers(connection: Connection, place: string): Promise<void> {
  for (const info of await connection.sendToAll(["INFO"])) {
    const fields = fieldsOf(String(info));
    const refuse = (why: string) => new LogError("unavailable", `${place} can't be used: ${why}`);
    if (fields.get("role") === "slave") throw refuse("it is a replica.");
    const policy = fields.get("maxmemory_policy");
    if (policy !== undefined && policy !== "noeviction") {
      throw refuse(`its maxmemory-policy is ${policy}, which may drop parts of topics. Set it to noeviction.`);
    }
    const [major = 0, minor = 0] = (fields.get("redis_version") ?? "").split(".").map(Number);
    if (major < 6 || (major === 6 && minor < 2))
      throw refuse(`it is Redis ${major}.${minor}; 6.2 is the oldest that works.`);
  }
}

function fieldsOf(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).map((line) => line.split(":", 2));
  return new Map(lines.flatMap(([name, value]) => (name && value !== undefined ? [[name, value] as const] : [])));
}
