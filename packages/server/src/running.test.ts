import { defineContract, query } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import { sluiceExpress } from "./adapters/express.js";
import { sluiceNode } from "./adapters/node.js";
import { createSluice, implement, type Sluice } from "./index.js";

const s = implement(defineContract({ ping: query() }));

describe.each<[string, (sluice: Sluice<{}>) => unknown]>([
  ["sluiceNode", sluiceNode],
  ["sluiceExpress", sluiceExpress],
])("%s", (_name, adapter) => {
  it("takes a Sluice", () => {
    expect(adapter(createSluice(s.router({ ping: s.ping.handler(() => {}) })))).toBeTypeOf("function");
  });

  it("says at once that a Sluice is of another version", () => {
    const other = { [Symbol.for("sluice.running/0")]: {} };
    expect(() => adapter(other as never)).toThrow(/another version of @sluice\/server .*`npm ls @sluice\/server`/);
  });

  it.each([
    ["nothing", undefined],
    ["a router", s.router({ ping: s.ping.handler(() => {}) })],
  ])("says at once that it was given %s", (_what, given) => {
    expect(() => adapter(given as never)).toThrow("is no Sluice; pass it what createSluice() returns");
  });
});
