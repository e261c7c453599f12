interface MaybeNode {
  readonly env?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: "node:cluster"): { readonly isWorker?: boolean } | undefined;
}

/** Looked at once in a process, whatever number of copies of this package it has. */
const key = Symbol.for("sluice.memoryLogs.warned/1");

/** What shows that this process is one of several, if anything does. */
function signOfSeveral({ env = {}, getBuiltinModule }: MaybeNode): string | undefined {
  // Not imported: runtimes at the edge have no such module, and bundlers for them would stumble over its name.
  if (getBuiltinModule?.("node:cluster")?.isWorker) return "it is a worker of node:cluster";
  const instance = env["NODE_APP_INSTANCE"];
  // pm2 numbers the one instance, too, and says beside it how many there are.
  if (instance && env["instances"] !== "1") return `NODE_APP_INSTANCE is ${instance}`;
  return undefined;
}

/** Says, once, that a memory log in one of several processes is not theirs together. */
export function warnOfSeveralProcesses(): void {
  const shared = globalThis as { [key]?: true; readonly process?: MaybeNode };
  if (shared[key] || !shared.process) return;
  const sign = signOfSeveral(shared.process);
  if (!sign) return;
  shared[key] = true;
  console.warn(
    `[sluice] memoryLog() is of one process, and this seems to be one of several (${sign}): what is published here reaches no ` +
      "subscriber of another. Run one process, or give createSluice a log that all of them share.",
  );
}
