import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished, vi } from "vitest";

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A process that starts a program which would go on for long, and prints its id. */
const parent = `
  import { spawn } from "node:child_process";
  import { endWithParent } from ${JSON.stringify(new URL("end-with-parent.ts", import.meta.url).href)};
  const start = () => {
    const child = spawn("sleep", ["300"], { stdio: "ignore" });
    endWithParent(child);
    return child;
  };
  const first = start();
  const second = start();
  first.kill();
  first.once("exit", () => console.log(second.pid));
  setInterval(() => {}, 1_000);
`;

it("ends a program with a parent that is killed", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", parent], {
    cwd: fileURLToPath(new URL(".", import.meta.url)), // where `tsx` is looked for from
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed] = await once(child.stdout, "data");
  const pid = Number(printed);
  onTestFinished(() => {
    child.kill("SIGKILL");
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  expect(isAlive(pid)).toBe(true);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
});
