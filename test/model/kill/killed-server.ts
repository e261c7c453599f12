import { seeded } from "../../conformance/random.js";
import { answerCalls } from "../../support/rpc.js";
import { Access } from "../access.js";
import { Generators } from "../generators.js";
import { History } from "../history.js";
import { type Instance, startInstance } from "../site.js";
import { writeJournal } from "./journal.js";

// A server in a process of its own, so that it can be killed.

let instance: Instance | undefined;
let generators: Generators | undefined;

const methods = {
  /** Listens on a port; rejects if it is taken. */
  async listen({ port, path, seed }: { port: number; path: string; seed: number }): Promise<void> {
    const history = new History();
    const { log, blame } = writeJournal(path, history);
    const access = new Access();
    generators = new Generators(history, seeded(seed), blame);
    instance = await startInstance(
      { log, seen: (each) => each },
      {
        ...{ history, access, generators, seed, port, blame, limits: {}, adapter: seed % 2 === 0 ? "node" : "express" },
        onError: ({ error, path: at }) => blame(`the server reported, for ${at}: ${(error as Error).stack}`),
      },
    );
  },

  /** What it still holds, generators that run included. */
  held: (): number => (instance?.held ?? 0) + (generators?.running ?? 0),

  /** What its generators' logs should hold, and don't. */
  wrong: (): string[] => generators?.wrong() ?? [],
};
export type KilledServer = typeof methods;
answerCalls(methods);
