import { defineContract, subscription } from "@sluice/contract";
import type { ResetFrame } from "@sluice/contract/wire";
import { type Log, memoryLog } from "@sluice/log";
import * as z from "zod";
import { implement } from "../index.js";
import { createSluice } from "../sluice.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { subscribe } from "./subscribe.test-kit.js";

/** The letters so far, of which only `l` may come twice. */
const text = {
  schema: z.string(),
  initial: "",
  apply: {
    token(all: string, letter: string) {
      if (letter !== "l" && all.includes(letter)) throw new Error(`${letter} is there already`);
      return all + letter;
    },
  },
};

const contractWith = (onGap: "fail" | "skip", isFolded: boolean) =>
  defineContract({
    complete: subscription({
      method: "POST",
      input: z.object({ runId: z.string(), prompt: z.string() }),
      key: ["runId"],
      events: { token: z.string() },
      onGap,
      ...((isFolded ? { state: text } : {}) as {}),
      errors: { refused: { data: z.object({ why: z.string() }) } },
    }),
  });
export const hello = { runId: "r1", prompt: "hello" };

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** Waits until nothing more happens without a further step. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface WorldOptions {
  readonly fail?: "declared" | "bug";
  readonly log?: Log;
  readonly abandonAfter?: number;
  readonly onGap?: "fail" | "skip";
  /** Whether its letters fold into a state. */
  readonly isFolded?: boolean;
}

/** A Sluice whose generator yields the letters of the prompt, one per step. */
export function setUp(options: WorldOptions = {}) {
  const { log = memoryLog(), abandonAfter = 10_000, onGap = "fail", isFolded = false } = options;
  const contract = contractWith(onGap, isFolded);
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const starts: string[] = [];
  let next = deferred();
  let aborted = false;
  let returned = false;
  const s = implement(contract);
  const router = s.$router({
    complete: s.complete.stream(
      async function* ({ input, signal, errors: make }) {
        starts.push(input.prompt);
        signal.addEventListener("abort", () => (aborted = true));
        try {
          for (const data of input.prompt) {
            await next.promise;
            next = deferred();
            yield { type: "token", data };
          }
        } finally {
          returned = true;
        }
        if (options.fail === "declared") throw make.refused({ data: { why: "enough" } });
        if (options.fail === "bug") throw new Error("secret");
      },
      { resumable: true, abandonAfter },
    ),
  });
  const sluice = createSluice(router, {
    log,
    clock,
    onError: ({ error }) => errors.push(error),
    limits: { streamLife: Number.MAX_SAFE_INTEGER }, // the clock is advanced by hours
  });
  const step = async () => {
    next.resolve();
    await turns();
  };
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) await step();
  };
  return { contract, clock, log, sluice, errors, starts, steps, isAborted: () => aborted, isReturned: () => returned };
}

export type World = ReturnType<typeof setUp>;

/** Collects a subscriber's events until the end, or until `stop`. */
export function read({ contract, sluice }: World, input = hello, cursor?: string, tags: readonly string[] = []) {
  const abort = new AbortController();
  const events: { data: string; id: string }[] = [];
  const resets: ResetFrame[] = [];
  let error: unknown;
  const done = (async () => {
    const onReset = (reset: ResetFrame) => resets.push(reset);
    const options = { signal: abort.signal, context: { tags }, cursor, onReset };
    for await (const event of subscribe(sluice, contract.complete, input, options)) {
      events.push(event);
    }
  })();
  done.catch((thrown) => (error = thrown));
  return {
    events,
    resets,
    done,
    text: () => events.map(({ data }) => data).join(""),
    error: () => error,
    stop: () => abort.abort(),
  };
}
