import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SluiceError } from "@sluice/client";
import { onTestFinished } from "vitest";
import { Child } from "../../support/child.js";
import type { Reason, Revocation } from "../access.js";
import { contract } from "../contract.js";
import { firstEdition } from "../edition.js";
import { History } from "../history.js";
import type { Observer } from "../observer.js";
import type { Publication } from "../publications.js";
import type { Sabotage } from "../sabotage.js";
import { Scenario } from "../scenario.js";
import { Journals } from "./journal.js";
import type { KilledServer } from "./killed-server.js";

/** Below the ephemeral ports: a socket that connects to a free ephemeral port could connect to itself. */
const anyPort = (random: () => number) => 15_000 + Math.floor(random() * 15_000);

const spawn = () =>
  new Child<KilledServer>(new URL("killed-server.ts", import.meta.url), { options: ["--conditions=@sluice/source"] });

/** A scenario with successive servers on one port, each of which is killed. */
export class KillScenario extends Scenario {
  /** Revocations in progress. */
  readonly revoking: Promise<unknown>[] = [];
  /** All revocations so far, as in a database that servers read. */
  readonly #revocations: Revocation[] = [];
  readonly #journals: Journals;
  /** The serving server and the next one, which is already started because a start is slow. */
  readonly #children = [spawn()];
  #unborn: number;
  #folder = "";
  #files = 0;
  #port = 0;
  #up: Promise<void> = Promise.resolve();
  #isOver = false;

  /** @param lives the number of servers */
  constructor(seed: number, sabotage: Sabotage, lives: number) {
    const journals = new Journals();
    super(seed, sabotage, {
      history: new History((history) => journals.pull(history, this.blame), { knowsLives: false }),
    });
    this.#journals = journals;
    this.#unborn = lives - 1;
  }

  protected get url(): string {
    return `http://127.0.0.1:${this.#port}/api`;
  }

  async start(): Promise<void> {
    onTestFinished(async () => {
      this.#isOver = true;
      for (const observer of this.observers) observer.stop();
      await Promise.all(this.#children.map((child) => child.stop()));
      this.#journals.close();
      await rm(this.#folder, { recursive: true });
    });
    this.#folder = await mkdtemp(join(tmpdir(), "sluice-kill-"));
    for (;;) {
      try {
        this.#port = anyPort(Math.random);
        return await this.#listen();
      } catch (error) {
        if (!String(error).includes("EADDRINUSE")) throw error;
      }
    }
  }

  /** Kills the server at any moment, and lets the next one take its place. */
  async kill(): Promise<void> {
    let isUp = () => {};
    this.#up = new Promise((resolve) => {
      isUp = resolve;
    });
    await this.#child.stop();
    this.#children.shift();
    for (const { topic = "" } of this.kinds) for (const what of this.publications.wrong(topic)) this.blame(what);
    await this.#listen();
    isUp();
  }

  /** Retries until the publish is acknowledged, with one key for all attempts. */
  async publish(publication: Publication): Promise<void> {
    const { kind, numbers, padding, key = `key ${numbers}` } = publication;
    const { access, url } = this;
    const { headers } = access.login({ session: "publisher", user: "publisher", topic: "publish" });
    const client = createClient(contract, { url, headers });
    while (!this.#isOver) {
      await this.#up;
      try {
        const answer = await client.publish({ kind: kind.name, numbers: [...numbers], padding, key });
        const complaint = this.publications.acknowledge(publication, answer, firstEdition);
        return complaint === undefined ? undefined : this.blame(complaint);
      } catch (error) {
        const { code } = error as SluiceError;
        if (code !== "network") return this.blame(`a publish of ${numbers} to ${kind.name} failed: ${code}`);
      }
    }
  }

  /** Revokes a subscriber's session. After the acknowledgement, its old credentials must receive nothing more. */
  async revoke({ login: { session } }: Observer, reason: Reason): Promise<void> {
    if (reason === "forbidden") this.access.forbidden.add(session);
    const revocation = this.access.revocationOf(`session:${session}`, reason);
    this.#revocations.push(revocation);
    const up = this.#up;
    await up;
    await this.#child.call("revoke", revocation).catch((error) => {
      if (up === this.#up) throw error;
      return this.#up; // it was killed before it answered, and its successor knows the revocation
    });
    this.access.revoke(revocation);
    this.access.enforce(revocation);
  }

  /** Waits until the server holds nothing, and checks the logs of its generators. */
  async dissolve(): Promise<void> {
    for (const observer of this.observers) observer.stop();
    await this.eventually(async () => this.mustBe((await this.#child.call("held")) === 0, "nothing is held"));
    for (const complaint of await this.#child.call("wrong")) this.blame(complaint);
    this.check();
  }

  get #child(): Child<KilledServer> {
    return this.#children[0] as Child<KilledServer>;
  }

  async #listen(): Promise<void> {
    const path = join(this.#folder, `${++this.#files}`);
    this.#journals.open(path);
    await this.#child.call("listen", { port: this.#port, path, seed: this.seed, revocations: this.#revocations });
    if (this.#unborn-- > 0) this.#children.push(spawn());
  }
}
