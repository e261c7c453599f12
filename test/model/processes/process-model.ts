import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "@sluice/server";
import { LogError } from "@sluice/server";
import { onTestFinished } from "vitest";
import type { FaultyProxy } from "../../faults/proxy.js";
import type { RedisServer } from "../../support/redis-server.js";
import type { Reason, Revocation } from "../access.js";
import { firstEdition } from "../edition.js";
import type { Observer } from "../observer.js";
import type { Publication } from "../publications.js";
import { publishNumbers } from "../publish.js";
import { isProperRefusal } from "../refusal.js";
import type { Sabotage } from "../sabotage.js";
import { Scenario } from "../scenario.js";
import type { Defect } from "./defects.js";
import { filledNetwork } from "./filled-network.js";
import type { ModelProcess, Site } from "./model-process.js";
import { openParts, type Parts } from "./open-parts.js";
import { answerOf, type PublishAnswer } from "./publish-answer.js";
import { revokeEverywhere } from "./revoke-everywhere.js";
import type { ServerPool } from "./server-pool.js";
import { sharedKinds } from "./shared-kinds.js";
import { Sightings } from "./sightings.js";

/** Milliseconds after a fault in which servers may still notice it. */
const aftermath = 3_000;

export interface ProcessModelOptions {
  readonly pool: ServerPool;
  /** Default: `Redis`. */
  readonly engine?: Site["engine"];
  readonly sabotage?: Sabotage;
  /** What the servers do wrong. */
  readonly defect?: Defect | undefined;
  /** Redis loses what was acknowledged last, when a server starts anew. Default: `false`. */
  readonly isForgetful?: boolean;
  /** Servers restart more often, and runs are asked for again. Default: `false`. */
  readonly isAboutRuns?: boolean;
}

/** A scenario with two servers in processes of their own, on one Redis or one SQLite file. */
export class ProcessModel extends Scenario {
  override readonly kinds = sharedKinds;
  override readonly setting: string;
  readonly sightings: Sightings;
  readonly engine: Site["engine"];
  readonly isAboutRuns: boolean;
  /** Revocations in progress. */
  readonly revoking: Promise<unknown>[] = [];
  readonly #folder: string;
  readonly #site: Site;
  readonly #revocations: Revocation[] = [];
  readonly #isForgetful: boolean;
  #parts: Parts | undefined;
  isOver = false;
  #lastFault = Number.NEGATIVE_INFINITY;

  constructor(
    seed: number,
    { pool, engine = "Redis", sabotage = {}, defect, isForgetful = false, isAboutRuns = false }: ProcessModelOptions,
  ) {
    const folder = mkdtempSync(join(tmpdir(), "sluice-processes-"));
    const journal = join(folder, "journal");
    const sightings = new Sightings(journal, (what) => this.blame(what));
    const below = sabotage.network ?? ((fetch) => fetch);
    const network: typeof below = (fetch) => filledNetwork(below(fetch), () => this.#fill());
    super(seed, { ...sabotage, network }, { history: sightings.history });
    this.#folder = folder;
    this.sightings = sightings;
    this.#isForgetful = isForgetful;
    this.isAboutRuns = isAboutRuns;
    this.setting = `two processes on one ${engine}`;
    this.engine = engine;
    this.#site = { pool, engine, journal, seed, revocations: this.#revocations, defect, started: 0 };
  }

  get redis(): RedisServer {
    return (this.#parts as Parts).redis as RedisServer;
  }

  get proxy(): FaultyProxy {
    return (this.#parts as Parts).proxy;
  }

  get places(): readonly ModelProcess[] {
    return (this.#parts as Parts).places;
  }

  /** Where a server runs now. */
  get up(): readonly ModelProcess[] {
    return this.places.filter(({ isUp }) => isUp);
  }

  /** The log as this process has it, over a connection that no fault breaks. */
  get log(): Log {
    return (this.#parts as Parts).log;
  }

  protected get url(): string {
    return `http://127.0.0.1:${this.proxy.port}/api`;
  }

  async start(): Promise<void> {
    const parts = await openParts(this.#site, this.sightings, {
      portOf: () => this.#anyPort(),
      onError: (report) => this.#onError(report),
    });
    this.#parts = parts;
    onTestFinished(async () => {
      this.isOver = true;
      for (const observer of this.observers) observer.stop();
      await parts.close();
      this.sightings.close();
      rmSync(this.#folder, { recursive: true });
    });
  }

  /** A server starts in the place of one that has ended. */
  async startAt(place: ModelProcess): Promise<void> {
    const last = this.publications.all.findLast(({ cursor }) => cursor !== undefined);
    if (this.#isForgetful && last?.kind.topic) await (this.#parts as Parts).lose?.(last.kind.topic, 1);
    await place.start();
  }

  /** Something breaks now, or was mended now. */
  noteFault(): void {
    this.#lastFault = performance.now();
  }

  /** Brings what is known of a topic up to its end. */
  async catchUp(topic: string): Promise<void> {
    while (!this.isOver) {
      try {
        return await this.sightings.catchUp(this.log, topic);
      } catch (error) {
        if (!LogError.is(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  /** Retries until the publish is acknowledged, if it has a key. */
  async publish(publication: Publication): Promise<void> {
    const { kind, numbers, key } = publication;
    const { topic = "" } = kind;
    while (!this.isOver) {
      await this.catchUp(topic);
      const before = this.history.head(topic);
      const answer = await this.#ask(publication);
      await this.catchUp(topic);
      if (answer && "cursor" in answer) {
        const complaint = this.publications.acknowledge(publication, answer, firstEdition);
        return complaint === undefined ? undefined : this.blame(complaint);
      }
      const refusal = { error: answer, before, edition: firstEdition };
      const isProper =
        answer && publication.cursor === undefined && isProperRefusal(publication, refusal, this.history);
      const isFault = !answer || (answer.code === "unavailable" && this.isFaulty);
      if (!isProper && !isFault)
        return this.blame(`a publish of ${numbers} to ${kind.name} failed: ${JSON.stringify(answer)}`);
      if (isProper || key === undefined) {
        publication.isRefused = answer !== undefined && !answer.isUnknown;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise(() => {}); // whoever waits for it would try again
  }

  /** Revokes a subscriber's session on all servers, through one of them. */
  async revoke({ login: { session } }: Observer, reason: Reason): Promise<void> {
    if (reason === "forbidden") this.access.forbidden.add(session);
    const revocation = this.access.revocationOf(`session:${session}`, reason);
    this.#revocations.push(revocation); // who starts from now on knows it
    await revokeEverywhere(this, revocation);
  }

  /** Redis loses a topic's newest entries, as in a failover to a replica that lags behind, while the servers can't reach it. */
  async lose(topic: string, count: number): Promise<number> {
    await this.catchUp(topic);
    const entries = this.history.upTo(this.history.head(topic) ?? "");
    const snapshot = (await this.log.open(topic, { from: "snapshot", limit: 0 })).snapshot?.cursor.offset ?? 0;
    const oldest = (await this.log.open(topic, { from: "oldest", limit: 0 })).page;
    const kept = Math.max(snapshot, oldest.ok ? oldest.end.offset : 0);
    const lost = Math.min(count, entries.length - kept);
    if (lost <= 0) return 0;
    await (this.#parts as Parts).lose?.(topic, lost);
    const { head } = (await this.log.open(topic, { from: { last: 0 }, limit: 0 })).page;
    const at = entries.at(-lost - 1)?.cursor ?? `${head.epoch}.0.0`;
    this.sightings.lose(topic, at);
    this.publications.forget((each) => each.kind.topic === topic && !this.history.isPast(each.cursor ?? at, at));
    return lost;
  }

  /** Waits until all servers reach Redis. */
  async awaitServers(): Promise<void> {
    await this.eventually(async () => {
      const all = await Promise.all(this.up.map(({ process }) => process.call("status")));
      this.mustBe(all.length === 2 && all.every((status) => status === "up"), "both servers reach Redis");
    });
  }

  /** Waits until the servers hold nothing, and checks the logs of their generators. */
  async dissolve(): Promise<void> {
    for (const observer of this.observers) observer.stop();
    this.proxy.cut("reset");
    await this.eventually(async () => {
      for (const { process } of this.up) {
        const held = await process.call("held");
        this.mustBe(held === 0, `nothing is held; it is ${held}`);
      }
    });
    const wrong = async () => (await Promise.all(this.up.map(({ process }) => process.call("wrong")))).flat();
    // A run's end is appended after its generator is over.
    const areAllWritten = async () => this.mustBe((await wrong()).length === 0, "each run is in its log, with its end");
    await this.eventually(areAllWritten).catch(() => {}); // the loop below reports any remaining error
    for (const what of await wrong()) this.blame(what);
    this.check();
  }

  async #ask(publication: Publication): Promise<PublishAnswer | undefined> {
    const { up } = this;
    if (up.length > 0 && this.random() < 0.7) return this.pick(up).publish(publication);
    const { topic } = (this.#parts as Parts).worker;
    return answerOf(publishNumbers({ topic, edition: firstEdition }, publication));
  }

  /** A server may not reach Redis, or may not have noticed yet that it does again. */
  get isFaulty(): boolean {
    const isAway = this.places.some(({ relay }) => relay?.isAway);
    return isAway || performance.now() - this.#lastFault < aftermath;
  }

  #anyPort(): number {
    const { up, places } = this;
    const all = up.length > 0 ? up : places;
    return (all[Math.floor(Math.random() * all.length)] as ModelProcess).port;
  }

  #fill(): Promise<unknown> | undefined {
    const { gaps } = this.sightings;
    return gaps.length > 0 ? Promise.all(gaps.map((topic) => this.catchUp(topic))) : undefined;
  }

  #onError({ error, path }: { readonly error: unknown; readonly path: string }): void {
    if (!LogError.is(error)) this.blame(`the worker reported, for ${path}: ${(error as Error).stack}`);
  }
}
