import type { Child } from "../../support/child.ts";
import type { RedisServer } from "../../support/redis-server.ts";
import type { LoadMethods } from "../measure/load-process.ts";
import type { ServerMethods, Serving, Started } from "../measure/server-process.ts";
import type { Store } from "../measure/service.ts";

/** The processes of one sample, all fresh. */
export interface Bench {
  readonly server: Child<ServerMethods>;
  readonly load: Child<LoadMethods>;
  /** A second server with the same store. Only for a job with `hasPeer`; the load process is a client of this one then. */
  readonly peer: Child<ServerMethods> | undefined;
  /** Only for a job with `hasStore`. */
  readonly redis: RedisServer | undefined;
  /** Small sizes, to see that everything works. */
  readonly quick: boolean;
  readonly started: Started;
  /** Kills the server, and starts another one on its port. Resolves with that when it listens. */
  restart(): Promise<Child<ServerMethods>>;
  /** Starts another target in the same server process, without a store. Resolves with a load process of its own, which is its client. */
  beside(target: string): Promise<Child<LoadMethods>>;
  /** Runs what is measured; answers the CPU that the server used for it, in microseconds. */
  cpu(run: () => Promise<unknown>): Promise<number>;
}

export interface FigureKind {
  /** What it's called on the command line. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

export interface Job extends FigureKind {
  /** Other figures of the same sample, which `sample` answers after the first. */
  readonly also?: readonly FigureKind[];
  /** A name for several jobs on the command line. */
  readonly group?: string;
  /** Gives each sample a Redis and a folder of its own. */
  readonly hasStore?: boolean;
  readonly hasPeer?: boolean;
  /** The first is what the others are compared with. One target may come in several variants: `sluice@12`, `sluice@50`. */
  readonly targets: readonly [string, ...string[]];
  readonly serving: (quick: boolean, variant: string, store: Store | undefined) => Serving;
  /** One figure, in `unit`, or that and the others. */
  sample(bench: Bench): Promise<number | readonly number[]>;
}
