import { createHash } from "node:crypto";
import { LogError } from "@sluice/log";
import type { ScriptName } from "../lua/scripts.js";
import type { CallKind, Connection } from "./connection.js";
import type { Link } from "./link.js";

interface Call {
  readonly order: number;
  readonly key: string;
  readonly command: readonly string[];
  readonly kind: CallKind;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs the scripts by their hashes. If a server has forgotten them, they are loaded anew: then the calls that it refused are sent
 * again in their order, and those made meanwhile after them.
 */
export class Scripts {
  readonly #sources: readonly string[];
  readonly #hashes: Readonly<Record<ScriptName, string>>;
  readonly #link: () => Link;
  readonly #seed: string;
  #order = 0;
  #sent = 0;
  #isLoading = false;
  readonly #refused: Call[] = [];
  readonly #waiting: Call[] = [];
  #onSettled: (() => void) | undefined;

  /** @param seed a random text of this process, for new epochs */
  constructor(link: () => Link, scripts: Readonly<Record<ScriptName, string>>, seed: string) {
    this.#link = link;
    this.#seed = seed;
    this.#sources = Object.values(scripts);
    const hashOf = (source: string) => createHash("sha1").update(source).digest("hex");
    this.#hashes = Object.fromEntries(
      Object.entries(scripts).map(([name, source]) => [name, hashOf(source)]),
    ) as Readonly<Record<ScriptName, string>>;
  }

  /** Loads the scripts into each server of a connection, unless all have them. */
  async loadInto(connection: Connection): Promise<void> {
    const known = await connection.sendToAll(["SCRIPT", "EXISTS", ...Object.values(this.#hashes)]);
    if (known.every((each) => (each as readonly number[]).every((one) => one === 1))) return;
    await Promise.all(this.#sources.map((source) => connection.sendToAll(["SCRIPT", "LOAD", source])));
  }

  /** Runs a script that uses no keys, on each server of a connection. */
  runOnAll(connection: Connection, name: ScriptName, args: readonly string[]): Promise<readonly unknown[]> {
    return connection.sendToAll(["EVALSHA", this.#hashes[name], "0", this.#seed, ...args]);
  }

  /** Whether one call may have keys of several slots. Not, if one server stands for a cluster that it is a proxy of. */
  spansSlots(connection: Connection, keys: readonly string[]): Promise<boolean> {
    const command = ["EVALSHA", this.#hashes.append, String(keys.length), ...keys, this.#seed, ""];
    return connection.send(keys[0] as string, command).then(
      () => true,
      () => false,
    );
  }

  /** @param keys those of a topic, or of several */
  run(name: ScriptName, keys: readonly string[], args: readonly string[], kind: CallKind): Promise<unknown> {
    const command = ["EVALSHA", this.#hashes[name], String(keys.length), ...keys, this.#seed, ...args];
    return new Promise((resolve, reject) => {
      const call: Call = { order: this.#order++, key: keys[0] as string, command, kind, resolve, reject };
      if (this.#isLoading) this.#waiting.push(call);
      else this.#send(call);
    });
  }

  #send(call: Call): void {
    this.#sent += 1;
    this.#link()
      .call(call.key, call.command, call.kind)
      .then(
        (answer) => {
          this.#settle();
          call.resolve(answer);
        },
        (error) => {
          if (isForgotten(error)) this.#refused.push(call);
          else call.reject(error);
          this.#settle();
          if (this.#refused.length > 0) void this.#loadAnew();
        },
      );
  }

  #settle(): void {
    this.#sent -= 1;
    if (this.#sent === 0) this.#onSettled?.();
  }

  async #loadAnew(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    let failure: unknown;
    await this.#link()
      .use((connection) => this.loadInto(connection))
      .catch((error) => {
        failure = error;
      });
    // Of a cluster's servers, some may answer later than others.
    if (this.#sent > 0) await new Promise<void>((resolve) => (this.#onSettled = resolve));
    this.#onSettled = undefined;
    this.#isLoading = false;
    const refused = this.#refused.splice(0).sort((one, other) => one.order - other.order);
    if (failure !== undefined) for (const call of refused.splice(0)) call.reject(failure);
    for (const call of [...refused, ...this.#waiting.splice(0)]) this.#send(call);
  }
}

const isForgotten = (error: unknown): boolean =>
  LogError.is(error) && error.cause instanceof Error && error.cause.message.includes("NOSCRIPT");
