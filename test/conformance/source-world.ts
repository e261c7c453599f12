import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, type SluiceError, subscription } from "@sluice/contract";
import { createSluice, implement, type Log, memoryLog, type Sluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { onTestFinished } from "vitest";
import * as z from "zod";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { lanesBut, neighbour } from "./in-lanes.js";
import { apartFromNeighbours } from "./neighbour-log.js";
import { type OpenOptions, open as openAt, type Reader } from "./reader.js";
import { eventually } from "./within.js";

const parts = {
  input: z.object({ symbol: z.string(), limit: z.int().default(1) }),
  events: { tick: z.string() },
  errors: { delisted: { data: z.object({ symbol: z.string() }) } },
};
export const contract = defineContract({
  neighbour,
  ticks: subscription({ ...parts, key: ["symbol"] }),
  filtered: subscription({ ...parts, key: ["symbol"] }),
  history: subscription({ ...parts, key: ["symbol"], start: "oldest" }),
  /** Its ticks come together in a text, in which only `.` may come twice. */
  board: subscription({
    ...parts,
    key: ["symbol"],
    state: {
      schema: z.string(),
      initial: "",
      apply: {
        tick(all, data) {
          if (data !== "." && all.includes(data)) throw new Error(`${data} is there already`);
          return all + data;
        },
      },
    },
  }),
});

/** What a source does next: yields (a number is not a tick), returns or throws. */
type Step = string | number | "return" | { readonly error: unknown } | "declared";

/** One execution of a source. The test says each of its steps. */
export class Execution {
  readonly input: unknown;
  readonly signal: AbortSignal;
  hasReturned = false;
  readonly #steps: Step[] = [];
  #wake = () => {};

  constructor(input: unknown, signal: AbortSignal) {
    this.input = input;
    this.signal = signal;
    signal.addEventListener("abort", () => this.#wake());
  }

  say(...steps: Step[]): void {
    this.#steps.push(...steps);
    this.#wake();
  }

  async *run(delisted: (options: { data: { symbol: string } }) => SluiceError) {
    try {
      while (!this.signal.aborted) {
        const step = this.#steps.shift();
        if (step === undefined) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        } else if (step === "return") return;
        else if (step === "declared") throw delisted({ data: { symbol: "a" } });
        else if (typeof step !== "object") yield { type: "tick" as const, data: step as string };
        else throw step.error;
      }
    } finally {
      this.hasReturned = true;
    }
  }
}

export type Path = "ticks" | "filtered" | "history" | "board";

export interface SourceServer {
  readonly sluice: Sluice<{}>;
  readonly executions: Execution[];
  readonly errors: unknown[];
  open(path: Path, options?: OpenOptions): Promise<Reader>;
  /** The server knows that so many streams are open. */
  streams(count: number): Promise<void>;
  /** Its newest execution, which is the n-th. */
  execution(count: number): Promise<Execution>;
}

/** Servers on one log and one clock. */
export function createSourceWorld({
  log: wrap = (log: Log) => log,
  name = undefined as string | undefined,
  events = 10_000,
} = {}) {
  const clock = new ManualClock();
  clock.jump(1_000_000);
  const whole = wrap(memoryLog({ now: clock.now, retain: { events }, ...(name ? { name } : {}) }));
  const log = name ? whole : apartFromNeighbours(whole); // of a named one, it matters which it is

  async function serve(onStart: (execution: Execution) => void = () => {}): Promise<SourceServer> {
    const executions: Execution[] = [];
    const errors: unknown[] = [];
    const s = implement(contract);
    const source = ({ input, signal, errors: make }: { input: unknown; signal: AbortSignal; errors: unknown }) => {
      const execution = new Execution(input, signal);
      executions.push(execution);
      onStart(execution);
      return execution.run((make as { delisted: (options: object) => SluiceError }).delisted);
    };
    const router = s.$router({
      neighbour: s.neighbour.live(),
      ticks: s.ticks.live({ source }),
      filtered: s.filtered.live({ source, filter: () => false }),
      history: s.history.live({ source }),
      board: s.board.live({ source }),
    });
    const sluice = createSluice(router, {
      log,
      clock,
      retain: { ticks: { events } },
      onError: ({ error }) => errors.push(error),
    });
    const server = createServer(express().use(sluiceExpress(sluice)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lanes = lanesBut([], (input) => sluice.topic(contract.neighbour, input));
    return {
      sluice,
      executions,
      errors,
      open: (path, options) => openAt({ url, lanes }, path, { input: { symbol: "a" }, ...options }),
      streams: (count) =>
        eventually(() => {
          if (sluice.stats().streams !== count) throw new Error(`There are ${sluice.stats().streams} streams`);
        }),
      async execution(count) {
        await eventually(() => {
          if (executions.length < count) throw new Error(`Of ${count} executions there are ${executions.length}`);
        });
        return executions[count - 1] as Execution;
      },
    };
  }
  return { clock, log, serve };
}
