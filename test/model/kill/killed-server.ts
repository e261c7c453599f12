import { seeded } from "../../conformance/random.js";
import { answerCalls } from "../../support/rpc.js";
import { Access, type Revocation } from "../access.js";
import { disconnectAt } from "../disconnect.js";
import { firstEdition } from "../edition.js";
import { Generators } from "../generators.js";
import { History } from "../history.js";
import { type Instance, startInstance } from "../site.js";
import { type Journal, writeJournal } from "./journal.js";

/** A server's start: its port, its journal's file, and the revocations before its start. */
export interface Listening {
  readonly port: number;
  readonly path: string;
  readonly seed: number;
  readonly revocations: readonly Revocation[];
}

// A server in its own process, so that it can be killed.

const access = new Access();
let instance: Instance | undefined;
let blame: Journal["blame"] = () => {};
let generators: Generators | undefined;

const methods = {
  /** Listens on a port; rejects if it is taken. */
  async listen({ port, path, seed, revocations }: Listening): Promise<void> {
    const history = new History();
    const journal = writeJournal(path, history);
    const { log } = journal;
    blame = journal.blame;
    for (const revocation of revocations) {
      access.revoke(revocation);
      access.enforce(revocation);
    }
    generators = new Generators(history, seeded(seed), blame);
    instance = await startInstance(
      { log, retain: {}, seen: (each) => each },
      {
        ...{
          history,
          access,
          generators: generators.server(),
          seed,
          port,
          blame,
          edition: firstEdition,
          limits: {},
          adapter: seed % 2 === 0 ? "node" : "express",
        },
        onError: ({ error, path: at }) => blame(`the server reported, for ${at}: ${(error as Error).stack}`),
      },
    );
  },

  /** Revokes before it answers. */
  async revoke(revocation: Revocation): Promise<unknown> {
    access.revoke(revocation);
    const { tag, reason } = revocation;
    const told = await disconnectAt(instance as Instance, { tag, reason }, blame).told;
    access.enforce(revocation); // not before the turn's end, when lanes' sockets get what was written to them before
    return told;
  },

  /** What it still holds, including running generators. */
  held: (): number => (instance?.held ?? 0) + (generators?.running ?? 0),

  /** Errors in the logs of its generators. */
  wrong: (): string[] => generators?.wrong() ?? [],
};
export type KilledServer = typeof methods;
answerCalls(methods);
