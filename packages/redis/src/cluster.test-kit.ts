import { freePort } from "../../../test/support/free-port.js";
import { RedisServer } from "../../../test/support/redis-server.js";
import { pause } from "./faults.test-kit.js";

export interface ClusterMember {
  readonly settings: readonly string[];
  /** Of TLS, if the cluster speaks that. Default: the server's own. */
  readonly port?: number;
}

const plain: ClusterMember = { settings: [] };

/** Starts a cluster of three. Resolves when each of them knows all. */
export async function startCluster(members: readonly ClusterMember[] = [plain, plain, plain]): Promise<RedisServer[]> {
  // By default a port 10,000 above that of clients, which the system may have given to another.
  const buses = await Promise.all(members.map(freePort));
  const servers = await Promise.all(
    members.map(({ settings }, i) =>
      RedisServer.start("--cluster-enabled", "yes", "--cluster-port", `${buses[i]}`, ...settings),
    ),
  );
  const [first] = servers as [RedisServer, ...RedisServer[]];
  for (const [i, server] of servers.entries()) {
    const [from, to] = [i * 5_461, i === 2 ? 16_383 : (i + 1) * 5_461 - 1];
    await server.command("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    const port = members[i]?.port ?? server.port;
    if (server !== first) await first.command("CLUSTER", "MEET", "127.0.0.1", `${port}`, `${buses[i]}`);
  }
  for (const server of servers) {
    for (let tries = 0; !/cluster_state:ok/.test(await server.command("CLUSTER", "INFO")); tries += 1) {
      if (tries > 600) throw new Error("the cluster is not there after 30 s");
      await pause(50);
    }
  }
  return servers;
}
