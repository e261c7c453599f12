import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { answerCalls } from "../../support/rpc.ts";
import { targets } from "../targets/index.ts";
import { Profile } from "./profile.ts";
import type { LanesOptions, LanesService, LiveService, Service, StreamRequest, Target } from "./service.ts";
import { tick, ticks } from "./tick.ts";

export type Serving =
  | { readonly kind: "live" }
  | { readonly kind: "replay"; readonly events: number }
  | { readonly kind: "generate"; readonly events: number }
  | { readonly kind: "call" }
  | ({ readonly kind: "lanes" } & LanesOptions);

export interface Started {
  readonly port: number;
  /** Takes bytes; each is a number of events to publish in a turn of their own. */
  readonly control: number;
  readonly request: StreamRequest;
  /** See `Service`. */
  readonly live: number;
  /** See `LanesService`. 1 for any other service. */
  readonly lanes: number;
  readonly newcomer: StreamRequest | undefined;
}

// tsx maps stacks to sources, which makes every error dear, and a peer that uses errors for aborts would pay for it.
process.setSourceMapsEnabled(false);

let service: Service | undefined;
let profile: Profile | undefined;

const methods = {
  async start({ name, serving }: { name: string; serving: Serving }): Promise<Started> {
    const loaded = await targets[name]?.();
    if (!loaded) throw new RangeError(`There is no target "${name}".`);
    service = await serve(loaded.target, serving);
    if (!service) throw new RangeError(`The target "${name}" does not serve "${serving.kind}".`);
    const port = await listen(createServer(service.listener));
    const { request, live = 0, lanes = 1, newcomer } = service as Service & Partial<LanesService>;
    return { port, control: await listen(publisher(service)), request, live, lanes, newcomer };
  },

  /** CPU that this process has used so far, user and system, in microseconds. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /**
   * Resident bytes when nothing is left to collect, without the young generation: how many pages that has grown to is the
   * process's history, up to 32 MiB of it, and nothing that a connection holds.
   */
  async resident(): Promise<number> {
    await collect();
    const young = getHeapSpaceStatistics().filter(({ space_name: name }) => name.startsWith("new_"));
    return young.reduce((rest, space) => rest - space.physical_space_size, process.memoryUsage.rss());
  },

  collect,

  /** Publishes to nobody, one event after the other; CPU in microseconds. */
  async publish({ events }: { events: number }): Promise<number> {
    const { publish } = service as LiveService;
    const all = [...ticks(1_000)];
    const start = methods.cpu();
    for (let index = 0; index < events; index++) {
      const published = publish(all[index % all.length] as (typeof all)[number]);
      if (published) await published;
    }
    return methods.cpu() - start;
  },

  async startProfile(): Promise<void> {
    profile = await Profile.start();
  },

  async stopProfile({ file }: { file: string }): Promise<void> {
    await profile?.stop(file);
  },
};
export type ServerMethods = typeof methods;
answerCalls(methods);

function serve(target: Target, serving: Serving): Service | undefined | Promise<Service | undefined> {
  switch (serving.kind) {
    case "live":
      return target.live?.();
    case "replay":
      return target.replay?.([...ticks(serving.events + 1)]);
    case "generate":
      return target.generate?.(serving.events);
    case "call":
      return target.call?.();
    case "lanes":
      return target.lanes?.(serving);
  }
}

function publisher(served: Service): Server {
  let published = 0;
  return createTcpServer((socket) => {
    socket.setNoDelay(true).on("data", (turns) => {
      for (const events of turns) {
        // In a turn of its own, in which no socket was read.
        setImmediate(() => {
          for (let count = 0; count < events; count++) void (served as LiveService).publish(tick(published++));
        });
      }
    });
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

async function collect(): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc?.();
    await sleep(100);
  }
}
