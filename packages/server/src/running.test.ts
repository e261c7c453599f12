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
  it("accepts a Sluice", () => {
    expect(adapter(createSluice(s.$router({ ping: s.ping.handler(() => {}) })))).toBeTypeOf("function");
  });

  it("throws at once if another version made the Sluice", () => {
    const other = { [Symbol.for("sluice.running/0")]: {} };
    expect(() => adapter(other as never)).toThrow(/another version of @sluice\/server .*`npm ls @sluice\/server`/);
  });

  it.each([
    ["nothing", undefined],
    ["a router", s.$router({ ping: s.ping.handler(() => {}) })],
  ])("throws at once if it is given %s", (_what, given) => {
    expect(() => adapter(given as never)).toThrow("is not a Sluice; pass the result of createSluice()");
  });
});
