import { cpus, release } from "node:os";
import { canPin } from "../../support/child.ts";
import type { KindResult } from "./rounds.ts";
import { ratios, summarise } from "./statistics.ts";

/** The first target is what the others are compared with. */
export interface Result extends KindResult {
  readonly targets: readonly [string, ...string[]];
}

const names: Readonly<Record<string, string>> = {
  "socket-write": "bare socket.write",
  express: "Express",
  sluice: "Sluice",
  "sluice-lanes": "Sluice, multiplexed",
  "corked-lanes": "multiplexed by hand",
  "sqlite-poll": "SQLite, polled by hand",
  "sluice-sqlite": "Sluice on SQLite",
  "sluice-redis": "Sluice on Redis",
  sqlite: "@sluice/sqlite",
  redis: "@sluice/redis",
  "sluice-express": "Sluice on Express",
  "sluice-fetch": "Sluice on fetch, in Node",
  "better-sse": "better-sse",
  hono: "Hono",
  trpc: "tRPC",
  orpc: "oRPC",
};

/** Rounds to three digits, the precision of such figures. */
export function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** All jobs side by side, in Markdown: the baseline's medians, and each target's median ratio to it. */
export function table(results: readonly Result[]): string {
  const shown = Object.keys(names).filter((name) => results.some(({ figures }) => figures.has(name)));
  // Variants of one target would be columns of their own.
  const rows = results
    .filter(({ targets }) => !targets[0].includes("@"))
    .map(({ kind, targets, figures }) => {
      const baseline = figures.get(targets[0]) ?? [];
      const cells = shown.map((name) => cell(figures.get(name), baseline));
      return [kind.title, `${number(summarise(baseline).median)} ${kind.unit}`, ...cells];
    });
  const header = ["", "baseline", ...shown.map((name) => names[name] as string)];
  const rule = header.map((_, column) => (column === 0 ? "---" : "--:"));
  return [header, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cell(figures: readonly number[] | undefined, baseline: readonly number[]): string {
  if (!figures) return "";
  const { median, min, max } = summarise(ratios(figures, baseline));
  return `${number(median)} (${number(min)}–${number(max)})`;
}

/** All figures of one job's targets, for the terminal. */
export function details({ kind, targets, figures }: Result): string {
  const baseline = figures.get(targets[0]) ?? [];
  const lines = [...figures].map(([name, own]) => {
    const { median, min, max } = summarise(own);
    const ratio = summarise(ratios(own, baseline));
    const range = `(${number(min)}–${number(max)})`;
    return `  ${name.padEnd(15)} ${number(median).padStart(7)} ${range.padEnd(16)} × ${number(ratio.median)} (${number(ratio.min)}–${number(ratio.max)})`;
  });
  return `${kind.title}, ${kind.unit}\n${lines.join("\n")}\n`;
}

/** Where the figures come from. */
export function machine(): string {
  const [first, ...more] = cpus();
  const pinned = canPin ? "server and load client on a core each" : "processes not pinned to cores";
  return `${first?.model.trim()}, ${more.length + 1} cores, Linux ${release()}, Node ${process.version}; ${pinned}`;
}
