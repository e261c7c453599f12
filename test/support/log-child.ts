import type { Log, Wakeup, Watch } from "@sluice/log";

export interface ChildCall {
  readonly id: number;
  /** Which log it is for. */
  readonly log: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface ChildError {
  readonly name: string;
  readonly code: unknown;
  readonly message: string;
}

export type ChildAnswer =
  | { readonly id: number; readonly value?: unknown; readonly error?: ChildError }
  | { readonly watch: number; readonly wakeup: Wakeup | undefined };

interface Opened {
  readonly log: Log;
  advance?(ms: number): void;
}

const logs = new Map<number, Opened>();
const watches = new Map<number, Watch>();

function answer(message: ChildAnswer): void {
  if (process.connected) process.send?.(message);
}

async function call({ id, log: number, method, args }: ChildCall): Promise<unknown> {
  if (method === "start") {
    const [module, options] = args;
    logs.set(number, await (await import(module as string)).openLog(options));
    return undefined;
  }
  const { log, advance } = logs.get(number) as Opened;
  if (method === "advance") return advance?.(args[0] as number);
  if (method === "stop") return watches.get(args[0] as number)?.stop();
  if (method !== "watch") return (log as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
  const watch = log.watch(args[0] as string, (wakeup) => answer({ watch: id, wakeup }));
  watches.set(id, watch);
  return watch.ready;
}

process.on("message", async (message: ChildCall) => {
  const { id } = message;
  try {
    answer({ id, value: await call(message) });
  } catch (error) {
    const { name, code, message: text } = error as Error & { code?: unknown };
    answer({ id, error: { name, code, message: text } });
  }
});
process.on("disconnect", () => process.exit());
