import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { jobs } from "./jobs/index.ts";
import type { Job } from "./jobs/job.ts";
import { details, machine, number, type Result, table } from "./measure/report.ts";
import { runRounds } from "./measure/rounds.ts";
import { targets } from "./targets/index.ts";

const jobNames = [...new Set(jobs.map(({ name, group }) => group ?? name))];
const isNamed = ({ name, group }: Job, asked: readonly string[]) =>
  asked.includes(name) || (group !== undefined && asked.includes(group));

const usage = `npm run bench -- [job …] [--pairs 7] [--targets sluice,orpc] [--quick] [--profile folder]
jobs: ${jobNames.join(", ")}
targets: ${Object.keys(targets).join(", ")}`;

const args = process.argv.slice(2).filter((arg) => arg !== "--");
const { values, positionals } = parseArgs({
  args,
  allowPositionals: true,
  options: {
    pairs: { type: "string" },
    targets: { type: "string" },
    quick: { type: "boolean", default: false },
    profile: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const { quick, profile } = values;
const pairs = Number(values.pairs ?? (quick ? 2 : 7));
const only = values.targets?.split(",");

if (values.help) {
  console.log(usage);
  process.exit();
}
const unknown = [
  ...positionals.filter((name) => !jobs.some((job) => isNamed(job, [name]))),
  ...(only ?? []).filter((name) => !Object.hasOwn(targets, name.replace(/@.*/, ""))),
];
if (unknown.length > 0 || !(Number.isInteger(pairs) && pairs > 0)) {
  console.error(
    `${unknown.length > 0 ? `There is no ${unknown.join(", ")}.` : "--pairs is a whole number."}\n${usage}`,
  );
  process.exit(2);
}
// As users have them: the sources would be another thing than what is published.
for (const name of ["@sluice/contract", "@sluice/server", "@sluice/log", "@sluice/redis", "@sluice/sqlite"]) {
  if (!import.meta.resolve(name).includes("/dist/")) throw new Error(`${name} is not resolved to its build.`);
}
if (profile) await mkdir(profile, { recursive: true });

const results: Result[] = [];
for (const job of jobs.filter((each) => positionals.length === 0 || isNamed(each, positionals))) {
  const kinds = await runRounds(job, {
    pairs,
    quick,
    ...(only ? { only } : {}),
    ...(profile ? { profiles: resolve(profile) } : {}),
    onFigure: (name, target, figure) => process.stderr.write(`${name} ${target} ${number(figure)}\n`),
  });
  for (const kind of kinds) {
    const result = { ...kind, targets: job.targets };
    results.push(result);
    console.log(`\n${details(result)}`);
  }
}
console.log(`${table(results)}

Median of ${pairs} ${pairs === 1 ? "ratio" : "ratios"} to the baseline of the same round (min–max); CPU of the server process, user and system.
${machine()}.
${["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ")}`);
