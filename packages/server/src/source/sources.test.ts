import { defineContract, subscription } from "@sluice/contract";
import { type Cursor, type Log, type LogEntry, LogError, memoryLog } from "@sluice/log";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Lifetime } from "../time/lifetime.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { TopicStates } from "../topic/topic-states.js";
import { Sources } from "./sources.js";

const events = { tick: z.string() };
const contract = defineContract({
  ticks: subscription({ events }),
  board: subscription({
    events,
    state: { schema: z.int(), initial: 0, apply: { tick: (count) => count + 1 } },
  }),
});

const turns = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** One execution of a source, which does what the test says. */
class Execution {
  readonly name: string;
  readonly lifetime: Lifetime;
  yielded = 0;
  isDone = false;
  readonly #steps: ("yield" | "throw" | "return")[] = [];
  #wake = () => {};

  constructor(name: string, lifetime: Lifetime) {
    this.name = name;
    this.lifetime = lifetime;
    lifetime.watch({ onEnd: () => this.#wake() });
  }

  get isAlive(): boolean {
    return !this.isDone && !this.lifetime.over;
  }

  say(step: "yield" | "throw" | "return"): void {
    this.#steps.push(step);
    this.#wake();
  }

  async *run() {
    try {
      for (;;) {
        const step = this.#steps.shift();
        if (this.lifetime.over || step === "return") return;
        if (step === "throw") throw new Error("thrown");
        if (step === "yield") yield { type: "tick", data: `${this.name}:${this.yielded++}` };
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.isDone = true;
    }
  }
}

/** Servers that have subscribers of one topic, who read everything at once. */
function createServers(path: keyof typeof contract) {
  const clock = new ManualClock();
  clock.jump(1_000_000);
  const procedure = contract[path];
  const log = memoryLog({ now: clock.now });
  const executions: Execution[] = [];
  let head: Cursor = { epoch: "", offset: 0, mark: "" };
  log.watch(path, (wakeup) => {
    head = wakeup?.entries.at(-1)?.cursor ?? head;
  });

  function serve(name: string) {
    const link = { isCut: false, isUnsure: false };
    /** What a server whose link fails sees of the log. */
    const over =
      <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        if (link.isCut) throw new LogError("unavailable", "cut");
        const result = await call(...args);
        if (!link.isUnsure) return result;
        link.isUnsure = false;
        throw new LogError("unknown", "no answer");
      };
    const linked = {
      ...log,
      ...{ append: over(log.append), acquire: over(log.acquire), open: over(log.open) },
      ...{ release: over(log.release), free: over(log.free), renew: over(log.renew) },
    } as Log;
    const wheel = new TimerWheel(clock);
    const errors: unknown[] = [];
    const sources = new Sources({
      ...{
        log: linked,
        givenLog: log,
        wheel,
        states: new TopicStates(linked),
        maxEventLength: 1_000,
        catchUpEvents: 100_000,
      },
      ...{ linger: 5_000, maxLingering: 10, report: (error: unknown) => errors.push(error) },
    });
    const subscribers: Lifetime[] = [];
    const start = (lifetime: Lifetime) => {
      const execution = new Execution(`${name}${executions.length}`, lifetime);
      executions.push(execution);
      return execution.run();
    };
    const tail = {
      get cursor() {
        return head;
      },
      join() {},
      leave() {},
      recheck() {},
    };
    const reader = {
      get place() {
        return head;
      },
      onMoved: undefined,
    };
    return {
      name,
      link,
      errors,
      subscribers,
      sources,
      join() {
        const lifetime = new Lifetime();
        subscribers.push(lifetime);
        sources.join({ procedure, topic: path, start }, { lifetime, reader, tail });
      },
      leave: () => subscribers.shift()?.end(),
    };
  }

  const entries = async (): Promise<readonly LogEntry[]> => {
    const { page } = await log.open(path, { from: "oldest", limit: 100_000 });
    return page.ok ? page.entries : [];
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await turns();
    }
  };
  return { clock, log, executions, serve, entries, advance };
}

/** Of the source's entries: each stretch is of one server, and each execution's events are there once, in order, without a gap. */
function assertInOrder(entries: readonly LogEntry[]) {
  const counts = new Map<string, number>();
  let stretch: string | undefined;
  for (const { type, data } of entries) {
    if (type === "$source") stretch = "";
    if (type !== "tick") continue;
    const [name = "", n] = (JSON.parse(data) as string).split(":");
    if (name === "other") continue;
    expect(Number(n)).toBe(counts.get(name) ?? 0);
    counts.set(name, Number(n) + 1);
    const server = name[0] as string;
    if (stretch === "") stretch = server;
    expect(server).toBe(stretch);
  }
  return counts;
}

const server = fc.constantFrom(0, 1);
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("join" as const), server }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), server }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("yield" as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("throw" as const, "publish" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("cut" as const, "unsure" as const), server }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("mend" as const), server }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 500, 4_000, 9_000, 46_000) }),
  },
);

describe.each(["ticks", "board"] as const)(
  "the source of %s, whatever happens to two servers and their log",
  (path) => {
    it("loses and repeats no event, is fenced on a handover, and runs once where somebody subscribes", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
          const { log, executions, serve, entries, advance } = createServers(path);
          const servers = [serve("a"), serve("b")] as const;
          let published = 0;
          for (const each of actions) {
            switch (each.kind) {
              case "join":
              case "leave":
                servers[each.server]?.[each.kind]();
                break;
              case "yield":
                for (const execution of executions) for (let i = 0; i < each.count; i++) execution.say("yield");
                break;
              case "throw":
                for (const execution of executions) execution.say("throw");
                break;
              case "publish":
                await log.append(path, [{ type: "tick", data: JSON.stringify(`other:${published++}`) }]);
                break;
              case "cut":
                (servers[each.server] as (typeof servers)[0]).link.isCut = true;
                break;
              case "unsure":
                (servers[each.server] as (typeof servers)[0]).link.isUnsure = true;
                break;
              case "mend":
                (servers[each.server] as (typeof servers)[0]).link.isCut = false;
                break;
              case "wait":
                await advance(each.ms);
                break;
              default:
                each satisfies never;
            }
            await turns();
          }
          for (const { link } of servers) {
            link.isCut = false;
            link.isUnsure = false;
          }
          await advance(90_000);
          assertInOrder(await entries());
          const alive = executions.filter(({ isAlive }) => isAlive);
          const isAnybodyHere = servers.some(({ subscribers }) => subscribers.length > 0);
          expect(alive.length).toBe(isAnybodyHere ? 1 : 0);
          const [runs] = alive;
          if (runs) {
            runs.say("yield");
            await advance(2_000);
            expect(assertInOrder(await entries()).get(runs.name)).toBe(runs.yielded);
          }
          for (const { errors } of servers) {
            for (const error of errors) expect(String(error)).toMatch(/thrown|cut|no answer/);
          }
        }),
        { numRuns: 100 },
      );
    }, 60_000);
  },
);
