import type { Child } from "../../support/child.ts";
import type { LoadMethods } from "../measure/load-process.ts";
import type { ServerMethods, Serving, Started } from "../measure/server-process.ts";

/** The two processes of one sample, both fresh. */
export interface Bench {
  readonly server: Child<ServerMethods>;
  readonly load: Child<LoadMethods>;
  /** Small sizes, to see that everything works. */
  readonly quick: boolean;
  readonly started: Started;
  /** Runs what is measured; answers the CPU that the server used for it, in microseconds. */
  cpu(run: () => Promise<unknown>): Promise<number>;
}

export interface Job {
  /** What it's called on the command line. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** The first is what the others are compared with. One target may come in several variants: `sluice@12`, `sluice@50`. */
  readonly targets: readonly [string, ...string[]];
  readonly serving: (quick: boolean, variant: string) => Serving;
  /** One figure, in `unit`. */
  sample(bench: Bench): Promise<number>;
}
