#!/usr/bin/env node
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArguments } from "./arguments.js";
import { askTarget } from "./ask-target.js";
import { createProject } from "./create-project.js";
import { packageManagerOf } from "./package-manager.js";
import { nameOf } from "./project-name.js";
import { Refusal } from "./refusal.js";

const usage = `npm create sluice my-app            a server on Express, a page with Vite and React
npm create sluice my-app -- --next  the same with Next.js, rendered live

"." is the folder where you are.`;

async function main(): Promise<void> {
  const { target: given, template, help } = parseArguments(process.argv.slice(2), process.env);
  if (help) return console.log(usage);
  const canAsk = process.stdin.isTTY && process.stdout.isTTY;
  if (given === undefined && !canAsk) throw new Refusal(`How is the project called?\n\n${usage}`);
  const target = given ?? (await askTarget(process.stdin, process.stdout));
  if (target === undefined) {
    process.exitCode = 1;
    return;
  }
  const name = nameOf(target);
  const dir = resolve(target);
  const manager = packageManagerOf(process.env["npm_config_user_agent"]);
  const from = fileURLToPath(new URL(`templates/${template}`, import.meta.url));
  await createProject({ template: from, dir, name, files: manager.files });
  const path = relative(process.cwd(), dir);
  const commands = [...(path === "" ? [] : [`cd ${quote(path)}`]), manager.install, manager.run("dev")];
  console.log(`${name} is there. Now run:\n\n${commands.map((command) => `  ${command}\n`).join("")}`);
}

const quote = (path: string) => (/[^\w./@\\:-]/.test(path) ? JSON.stringify(path) : path);

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
