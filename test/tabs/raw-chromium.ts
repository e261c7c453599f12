import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { chromiumArgs, findChromium } from "../chromium.js";

/** A tab that is driven over the DevTools protocol alone: Playwright emulates focus, and such pages can't be frozen. */
export interface RawTab {
  evaluate<Result>(run: () => Result | Promise<Result>): Promise<Result>;
  navigate(url: string): Promise<void>;
  /** Goes back in its history. True: the page came out of the back-forward cache. */
  back(): Promise<boolean>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Kills its process. */
  crash(): void;
  close(): Promise<void>;
}

export interface RawChromium {
  open(url: string): Promise<RawTab>;
  [Symbol.asyncDispose](): Promise<void>;
}

type Params = Readonly<Record<string, unknown>>;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: { readonly message: string };
}

export async function startChromium(): Promise<RawChromium> {
  const profile = await mkdtemp(join(tmpdir(), "sluice-chromium-"));
  const args = [...chromiumArgs, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(await findChromium(), args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [output, input] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, (answer: Answer) => void>();
  const listeners = new Map<string, (params: Params) => void>();
  let lastId = 0;
  let rest = "";
  input.setEncoding("utf8").on("data", (chunk: string) => {
    const messages = (rest + chunk).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer;
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
      else listeners.get(`${answer.sessionId} ${answer.method}`)?.(answer.params ?? {});
    }
  });

  const send = (method: string, params: Params = {}, sessionId?: string): Promise<Params> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, ({ result = {}, error }) => {
        waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
      output.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });

  return {
    async open(url) {
      const { targetId } = await send("Target.createTarget", { url: "about:blank", newWindow: true });
      const { sessionId } = (await send("Target.attachToTarget", { targetId, flatten: true })) as { sessionId: string };
      const ask = (method: string, params?: Params) => send(method, params, sessionId);
      await ask("Page.enable");
      const next = (event: string) =>
        new Promise<Params>((resolve) => {
          listeners.set(`${sessionId} ${event}`, resolve);
        });
      const tab: RawTab = {
        async evaluate(run) {
          const options = { expression: `(${run})()`, awaitPromise: true, returnByValue: true };
          const { result, exceptionDetails } = await ask("Runtime.evaluate", options);
          if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
          return (result as { value: never }).value;
        },
        async navigate(to) {
          const load = next("Page.loadEventFired");
          await ask("Page.navigate", { url: to });
          await load;
        },
        async back() {
          const { currentIndex, entries } = (await ask("Page.getNavigationHistory")) as {
            currentIndex: number;
            entries: readonly { readonly id: number }[];
          };
          const navigated = next("Page.frameNavigated");
          await ask("Page.navigateToHistoryEntry", { entryId: entries[currentIndex - 1]?.id });
          return (await navigated)["type"] === "BackForwardCacheRestore";
        },
        freeze: async () => void (await ask("Page.setWebLifecycleState", { state: "frozen" })),
        thaw: async () => void (await ask("Page.setWebLifecycleState", { state: "active" })),
        crash: () => void ask("Page.crash").catch(() => {}),
        close: async () => void (await send("Target.closeTarget", { targetId })),
      };
      await tab.navigate(url);
      return tab;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
