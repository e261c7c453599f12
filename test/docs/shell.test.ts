import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished } from "vitest";
import { contract } from "../../apps/example/quick-start/contract.js";
import { missingCurl } from "../support/curl.js";
import { describeWith } from "../support/describe-with.js";

const read = (page: string) => readFileSync(new URL(`../../apps/docs/${page}`, import.meta.url), "utf8");
const commandsOf = (page: string) => [...read(page).matchAll(/^curl .*$/gm)].map(([command]) => command);

/** What the quick start serves, without its page. */
async function serve() {
  const { scores, $router } = implement(contract);
  const sluice = createSluice(
    $router({
      scores: {
        watch: scores.watch.live(),
        report: scores.report.handler(async ({ input: { matchId, ...goal }, topic }) => {
          await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: goal });
        }),
      },
    }),
  );
  const handle = sluiceNode(sluice, { base: "/api" });
  const server = createServer(handle).listen(0);
  await once(server, "listening");
  onTestFinished(async () => {
    await sluice.close({ timeout: 0 });
    server.closeAllConnections();
    server.close();
  });
  return { sluice, port: (server.address() as AddressInfo).port };
}

/** Runs a page's command until it ends, or has printed what is waited for. */
async function run(command: string, port: number, until?: string): Promise<string> {
  const child = spawn("sh", [
    "-c",
    `exec ${command.replaceAll("localhost:3000", `localhost:${port}`)} --silent --fail`,
  ]);
  onTestFinished(() => void child.kill());
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (until && printed.includes(until)) break;
  }
  if (until) child.kill();
  else expect((await once(child, "exit"))[0]).toBe(0);
  return printed;
}

describeWith(missingCurl, "the pages' commands", () => {
  it("report a goal, and print what the five-minute start says that they print", async () => {
    const { port } = await serve();
    const [report = "", watch = ""] = commandsOf("guide/start.md");
    await run(report, port);
    const printed = await run(watch, port, "event: $live\ndata: {}");
    const [, said = ""] = /^```txt\n(retry: [\s\S]*?)^```/m.exec(read("guide/start.md")) ?? [];
    const [, cursor = ""] = /^id: (\S+)$/m.exec(printed) ?? [];
    expect(printed.trim()).toBe(said.trim().replaceAll(/k3Jx9QmT\.1\.\w+/g, cursor));
  });

  it("read a subscription as plain SSE, and resume it", async () => {
    const { sluice, port } = await serve();
    const match = sluice.topic(contract.scores.watch, { matchId: "m1" });
    const goal = { type: "goal", data: { team: "home", minute: 12 } } as const;
    const { cursor } = await match.publish(goal);
    const [watch = "", resume = ""] = commandsOf("guarantees/plain-sse.md");
    expect(await run(watch, port, "event: $live")).toContain('event: $snapshot\ndata: {"home":1,"away":0}');
    await match.publish(goal);
    expect(resume).toContain("Last-Event-ID: k3Jx9QmT.43.5ad210");
    const resumed = await run(resume.replace("k3Jx9QmT.43.5ad210", cursor), port, "event: $live");
    expect(resumed).toContain('event: goal\ndata: {"team":"home","minute":12}');
    expect(resumed).not.toContain("$snapshot");
  });
});
