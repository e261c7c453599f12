import { LogError } from "@sluice/log";
import { seeded } from "../../conformance/random.js";
import { answerCalls } from "../../support/rpc.js";
import { Access, type Revocation } from "../access.js";
import { disconnectAt } from "../disconnect.js";
import { firstEdition } from "../edition.js";
import { Generators } from "../generators.js";
import type { Publication } from "../publications.js";
import { publishNumbers } from "../publish.js";
import type { RouterOptions } from "../router.js";
import { type Instance, startInstance } from "../site.js";
import { atLast } from "./at-last.js";
import { type Defect, defective } from "./defects.js";
import { lateAnswers } from "./late-answers.js";
import { type EngineAddress, type OpenedEngine, openEngine } from "./open-engine.js";
import { answerOf, type PublishAnswer } from "./publish-answer.js";
import { kindNamed } from "./shared-kinds.js";
import { sightedLog } from "./sighted-log.js";
import { Sightings } from "./sightings.js";

// A server in its own process, on a log that it shares with others. After it was shut down, it can start anew.

/** A server's start. */
export interface Start {
  readonly address: EngineAddress;
  /** Where it tells what it sees. */
  readonly journal: string;
  readonly seed: number;
  /** All revocations so far. */
  readonly revocations: readonly Revocation[];
  readonly defect: Defect | undefined;
  /** How many servers of the run started before. */
  readonly index: number;
}

export type Request = Omit<Publication, "kind" | "cursor"> & { readonly kind: string };

interface Running {
  readonly instance: Instance;
  readonly access: Access;
  readonly generators: Generators;
  readonly sightings: Sightings;
  readonly engine: OpenedEngine;
  readonly looking: NodeJS.Timeout;
}

let running: Running | undefined;
const now = () => running as Running;

/** It could not reach the log. Then the application's own snapshot can't be made in time, either. */
const isOfLog = (error: unknown): boolean =>
  String(error).includes("snapshotTimeout") ||
  LogError.is(error) ||
  (error instanceof Error && error.cause !== undefined && isOfLog(error.cause));

const methods = {
  async start({ address, journal, seed, revocations, defect, index }: Start): Promise<number> {
    const access = new Access();
    for (const revocation of revocations) {
      access.revoke(revocation);
      access.enforce(revocation);
    }
    const blame = (what: string) => sightings.tell({ kind: "blame", what });
    const sightings = new Sightings(journal, () => {}); // the run's own process judges
    const { history } = sightings;
    const onBegin = (run: string, epoch: string) => sightings.tell({ kind: "began", run, epoch });
    const engine = openEngine(address);
    const sighted = sightedLog(lateAnswers(engine.log), (line) => sightings.tell(line));
    const catchUp = (topic: string) => sightings.catchUp(sighted, topic);
    const generators = new Generators(history, seeded(seed + index), blame, onBegin, (topic) =>
      atLast(() => catchUp(topic)),
    );
    const options: RouterOptions = {
      ...{ history, seed, edition: firstEdition, generators: generators.server() },
      catchUp,
    };
    const instance = await startInstance(
      { log: sighted, retain: { "bot/tally": { events: 20 } }, seen: (each) => defective(each, defect, index) },
      {
        ...{ ...options, access, blame, limits: {}, mayBeCutOff: true, adapter: index % 2 === 0 ? "node" : "express" },
        onError: ({ error, path }) =>
          isOfLog(error) || blame(`the server reported, for ${path}: ${(error as Error).stack}`),
      },
    );
    const looking = setInterval(() => access.look(), 20).unref();
    running = { instance, access, generators, sightings, engine, looking };
    return instance.port;
  },

  /** Ends it, as a process that ends by itself. */
  async shutDown(): Promise<void> {
    await now().instance.shutDown();
    clearInterval(now().looking);
  },

  publish({ kind, ...rest }: Request): Promise<PublishAnswer> {
    const { topic } = now().instance.sluice;
    return answerOf(publishNumbers({ topic, edition: firstEdition }, { kind: kindNamed(kind), ...rest }));
  },

  /** From now on nobody is admitted with these credentials. */
  revoke: (revocation: Revocation): void => now().access.revoke(revocation),

  /** Ends their streams, here at once. Rejects if the others may not have been told. */
  async disconnect({ tag, reason }: Revocation): Promise<void> {
    await disconnectAt(now().instance, { tag, reason }, (what) => now().sightings.tell({ kind: "blame", what })).told;
  },

  /** The open streams with these credentials. */
  served: ({ tag, issued }: Revocation): number => {
    const { served } = now().instance.ledger;
    return served.filter(
      ({ credentials: { user, session, issued: at } }) =>
        [`user:${user}`, `session:${session}`].includes(tag) && at <= issued,
    ).length;
  },

  /** From now on nothing may be sent to streams with these credentials. */
  enforce: (revocation: Revocation): void => now().access.enforce(revocation),

  status: (): "up" | "down" => now().engine.status,

  /** What it still holds, including running generators. */
  held: (): number => now().instance.held + now().generators.running,

  /** Errors in the logs of its generators. */
  wrong: (): string[] => now().generators.wrong(),
};
export type ModelServer = typeof methods;
answerCalls(methods);
