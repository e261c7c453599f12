import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../../support/child.ts";
import type { Job } from "../jobs/job.ts";
import type { LoadMethods } from "./load-process.ts";
import type { ServerMethods } from "./server-process.ts";

export interface RoundOptions {
  /** How often every target is measured. */
  readonly pairs: number;
  readonly quick: boolean;
  /** The targets to measure beside the first; all if absent. */
  readonly only?: readonly string[];
  /** Folder for a CPU profile of each sample. */
  readonly profiles?: string;
  readonly onFigure: (target: string, figure: number) => void;
}

/** One target's figures, one for each round. */
export type Figures = ReadonlyMap<string, readonly number[]>;

/** Measures A B C, A B C, …: a temporary disturbance affects all targets of a round. */
export async function runRounds(job: Job, { pairs, quick, only, profiles, onFigure }: RoundOptions): Promise<Figures> {
  const [baseline, ...others] = job.targets;
  const targets = [baseline, ...others.filter((target) => !only || only.includes(target))];
  const figures = new Map<string, number[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < pairs; round++) {
    for (const target of targets) {
      const profile = profiles && `${profiles}/${job.name}.${target}.${round}.cpuprofile`;
      const figure = await sample(job, target, { quick, profile });
      figures.get(target)?.push(figure);
      onFigure(target, figure);
    }
  }
  return figures;
}

interface SampleOptions {
  readonly quick: boolean;
  readonly profile: string | undefined;
}

const cores = { server: 0, load: 1 };

/** Both processes are new for each sample, so that no heap, compiled code or socket is left from another one. */
async function sample(job: Job, target: string, { quick, profile }: SampleOptions): Promise<number> {
  const server = new Child<ServerMethods>(new URL("server-process.ts", import.meta.url), { core: cores.server });
  const load = new Child<LoadMethods>(new URL("load-process.ts", import.meta.url), { core: cores.load });
  try {
    const [name, variant = ""] = target.split("@") as [string, string?];
    const started = await server.call("start", { name, serving: job.serving(quick, variant) });
    await load.call("use", started);
    const cpu = async (run: () => Promise<unknown>): Promise<number> => {
      if (profile) await server.call("startProfile");
      const before = await server.call("cpu");
      await run();
      await sleep(50); // remaining work belongs to the measurement
      const used = (await server.call("cpu")) - before;
      if (profile) await server.call("stopProfile", { file: profile });
      return used;
    };
    return await job.sample({ server, load, quick, cpu, started });
  } catch (error) {
    throw new Error(`${job.name}, ${target}: ${(error as Error).message}`, { cause: error });
  } finally {
    await Promise.all([server.stop(), load.stop()]);
  }
}
