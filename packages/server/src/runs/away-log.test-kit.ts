import { type Log, LogError } from "@sluice/log";

/** How a call of the store fails. `late`: it happens long after the caller has given up. */
export type Fault = "unavailable" | "unknown, done" | "unknown, not done" | "unknown, late";
export const faults: readonly Fault[] = ["unavailable", "unknown, done", "unknown, not done", "unknown, late"];

/** A method, or the type of an appended entry. */
type Asked = keyof Log | "$start" | "$attached" | "token" | "an end";

/** A log as one server sees it. Its store can fail, or be away. */
export function awayLog(log: Log) {
  let isAway = false;
  let failing: { readonly asked: Asked; readonly fault: Fault; times: number } | undefined;
  let holding: { readonly asked: Asked; readonly until: Promise<void> } | undefined;
  const late: (() => unknown)[] = [];
  let failed = 0;

  const asked = (name: string, args: readonly unknown[]): string => {
    if (name !== "append") return name;
    const { type } = (args[1] as readonly { type: string }[])[0] as { type: string };
    return type === "$end" || type === "$error" ? "an end" : type;
  };

  async function ask(name: keyof Log, args: readonly unknown[]): Promise<unknown> {
    const go = () => (log[name] as (...given: readonly unknown[]) => unknown)(...args);
    if (isAway) throw new LogError("unavailable", "away");
    if (holding?.asked === asked(name, args)) {
      const { until } = holding;
      holding = undefined;
      await until;
      return go();
    }
    if (!failing || failing.asked !== asked(name, args) || failing.times === 0) return go();
    failing.times--;
    failed++;
    const { fault } = failing;
    if (fault === "unavailable") throw new LogError("unavailable", "away");
    if (fault === "unknown, done") await go();
    if (fault === "unknown, late") late.push(go);
    throw new LogError("unknown", "no answer in time");
  }

  const methods = ["append", "findAppend", "open", "saveSnapshot", "trim", "acquire", "renew", "release"] as const;
  const wrapped = Object.fromEntries(methods.map((name) => [name, (...args: unknown[]) => ask(name, args)]));
  return {
    log: { ...log, ...wrapped } as Log,
    /** Lets the next calls fail. */
    fail(what: Asked, fault: Fault, times = 1): void {
      failing = { asked: what, fault, times };
    },
    /** How many calls have failed because of `fail`. */
    failed: () => failed,
    /** The next such call reaches the store late: when the returned function is called. */
    hold(what: Asked): () => void {
      let letGo = () => {};
      holding = { asked: what, until: new Promise((resolve) => (letGo = resolve)) };
      return letGo;
    },
    leave(): void {
      isAway = true;
    },
    comeBack(): void {
      isAway = false;
    },
    /** Lets the late calls happen. */
    async settle(): Promise<void> {
      for (const go of late.splice(0)) await go();
    },
  };
}
