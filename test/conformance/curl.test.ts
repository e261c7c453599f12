import { type ChildProcess, spawn } from "node:child_process";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { expect, it, onTestFinished } from "vitest";
import { missingCurl } from "../support/curl.js";
import { describeWith } from "../support/describe-with.js";
import { type Adapter, distinctAdapters } from "./adapters.js";
import { type Kind, kinds, postedKind, startKinds } from "./kinds.js";
import { within } from "./within.js";

/** A curl process whose output is read while it runs. */
class Curl {
  readonly frames: Frame[] = [];
  readonly #process: ChildProcess;
  #check: () => void = () => {};

  constructor(...args: readonly string[]) {
    this.#process = spawn("curl", ["-sN", ...args], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void this.#process.kill());
    const decoder = createFrameDecoder((frame) => this.frames.push(frame));
    this.#process.stdout?.on("data", (chunk: Buffer) => {
      decoder.push(chunk);
      this.#check();
    });
  }

  get cursor(): string {
    return this.frames.map((frame) => ("id" in frame && frame.id) || "").findLast((id) => id !== "") ?? "";
  }

  events({ type, numberOf }: Kind): number[] {
    return this.frames.flatMap((frame) =>
      frame.kind === "event" && frame.type === type ? [numberOf(JSON.parse(frame.data) as never)] : [],
    );
  }

  until(condition: () => boolean): Promise<void> {
    const met = new Promise<void>((resolve) => {
      this.#check = () => condition() && resolve();
      this.#check();
    });
    return within(met, () => `Waited in vain for ${condition}; received ${JSON.stringify(this.frames)}`);
  }

  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#process.once("close", resolve));
    this.#process.kill();
    await closed;
  }
}

const getArgs = (url: string, { path, input }: Kind) => [
  ...["-G", `${url}/${path}`],
  ...(input === undefined ? [] : ["--data-urlencode", `input=${JSON.stringify(input)}`]),
];
const resume = (cursor: string) => ["-H", `Last-Event-ID: ${cursor}`];

function cases(adapter: Adapter): void {
  it.each(kinds)("reads $path live, and resumes after a cursor (PROTOCOL §13)", async (kind) => {
    const world = await startKinds(adapter);
    const first = new Curl(...getArgs(world.url, kind));
    await first.until(() => first.frames.some((frame) => frame.kind === "live"));
    await kind.happen(world, 1);
    await first.until(() => first.events(kind).length === 1);
    await kind.happen(world, 2);
    await first.until(() => first.events(kind).length === 2);
    await first.kill();
    await kind.happen(world, 3);
    const second = new Curl(...resume(first.cursor), ...getArgs(world.url, kind));
    await second.until(() => second.events(kind).length === 1);
    await kind.happen(world, 4);
    await second.until(() => second.events(kind).length === 2);
    expect([...first.events(kind), ...second.events(kind)]).toEqual([1, 2, 3, 4]);
    expect(second.frames.some(({ kind: frame }) => frame === "snapshot" || frame === "reset")).toBe(false);
  });

  it("reads one that accepts only POST, and resumes after a cursor (PROTOCOL §13)", async () => {
    const world = await startKinds(adapter);
    const kind = postedKind;
    const args = (body: object) => ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)];
    const url = `${world.url}/${kind.path}`;
    const first = new Curl(url, ...args({}));
    await first.until(() => first.frames.some((frame) => frame.kind === "live"));
    await kind.happen(world, 1);
    await first.until(() => first.events(kind).length === 1);
    await first.kill();
    await kind.happen(world, 2);
    const second = new Curl(url, ...args({ cursor: first.cursor }));
    await second.until(() => second.events(kind).length === 1);
    expect(second.events(kind)).toEqual([2]);
  });
}

for (const adapter of distinctAdapters) describeWith(missingCurl, `curl, over ${adapter.name}`, () => cases(adapter));
