import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapSpaceStatistics } from "node:v8";
import { answerCalls } from "../../support/rpc.ts";
import { targets } from "../targets/index.ts";
import { Profile } from "./profile.ts";
import type {
  LanesOptions,
  LanesService,
  LiveService,
  LogOptions,
  Service,
  Store,
  StreamRequest,
  Target,
} from "./service.ts";
import { stampNow, tick, ticks } from "./tick.ts";

export type Serving =
  | { readonly kind: "live"; readonly store?: Store; readonly resumes?: boolean }
  | ({ readonly kind: "log" } & LogOptions)
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
  async start({ name, serving, port = 0 }: { name: string; serving: Serving; port?: number }): Promise<Started> {
    const loaded = await targets[name]?.();
    if (!loaded) throw new RangeError(`There is no target "${name}".`);
    service = await serve(loaded.target, serving);
    if (!service) throw new RangeError(`The target "${name}" does not serve "${serving.kind}".`);
    const bound = await listen(createServer(service.listener), port);
    const { request, live = 0, lanes = 1, newcomer } = service as Service & Partial<LanesService>;
    return { port: bound, control: await listen(publisher(service)), request, live, lanes, newcomer };
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

  /** Publishes to nobody, with so many publishes under way at each moment. Answers the milliseconds that it took. */
  async publish({ events, inFlight = 1 }: { events: number; inFlight?: number }): Promise<number> {
    const { publish } = service as LiveService;
    const all = [...ticks(1_000)];
    const start = performance.now();
    let index = 0;
    const publishSome = async () => {
      while (index < events) {
        const published = publish(all[index++ % all.length] as (typeof all)[number]);
        if (published) await published;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, publishSome));
    return performance.now() - start;
  },

  /** Publishes events that say when, by the machine's clock, one in each `every` milliseconds. */
  async publishStamped({ events, every }: { events: number; every: number }): Promise<void> {
    const { publish } = service as LiveService;
    for (let index = 0; index < events; index++) {
      await sleep(every);
      void publish({ ...tick(index), at: stampNow() });
    }
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
      return target.live?.(serving.store, serving.resumes);
    case "log":
      return target.log?.(serving);
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

function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 4_096 }, () => resolve((server.address() as AddressInfo).port));
  });
}

async function collect(): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" }); // otherwise half-empty pages stay, by chance
    await sleep(100);
  }
}
