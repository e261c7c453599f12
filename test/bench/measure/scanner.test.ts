import { describe, expect, it } from "vitest";
import { Scanner } from "./scanner.ts";
import { firstSeq, type Tick, tick, ticks } from "./tick.ts";

const stream = (events: Iterable<Tick>) =>
  Buffer.from([...events].map((event) => `fd\r\nid: "s\ndata: ${JSON.stringify(event)}\n\n\r\n`).join(""));

describe("Scanner", () => {
  it("finds every event, wherever the bytes are cut", () => {
    const bytes = stream(ticks(6));
    for (let size = 1; size <= bytes.length; size++) {
      const scanner = new Scanner(firstSeq);
      let found = 0;
      for (let at = 0; at < bytes.length; at += size) found += scanner.push(bytes.subarray(at, at + size));
      if (found !== 6) expect.fail(`found ${found} of 6 in pieces of ${size} bytes`);
    }
  });

  it.each([
    ["a gap", [0, 2]],
    ["a repetition", [0, 1, 1]],
    ["a change of order", [1, 0]],
  ])("refuses %s", (_, indices) => {
    expect(() => new Scanner(firstSeq).push(stream(indices.map(tick)))).toThrow(/came where \d+ was due/);
  });

  it("has events of 200 bytes", () => {
    expect([0, 999_999].map((index) => JSON.stringify(tick(index)).length)).toEqual([200, 200]);
  });
});
