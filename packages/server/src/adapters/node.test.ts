import { defineContract, query } from "@sluice/contract";
import { expect, it } from "vitest";
import { createSluice, implement } from "../index.js";
import { sluiceFetch } from "./fetch.js";
import { sluiceNode } from "./node.js";

const s = implement(defineContract({ ping: query() }));
const sluice = createSluice(s.$router({ ping: s.ping.handler(() => {}) }));

it.each(["api", "http://localhost/api", "?api"])(
  "refuses the base %j, because no request path can start with it",
  (base) => {
    expect(() => sluiceNode(sluice, { base })).toThrow(`base is "${base}"; allowed is a path such as "/api", or "".`);
  },
);

it.each([
  ["/a b", "/a%20b"],
  ["/ä", "/%C3%A4"],
  ["/./x", "/x"],
  ["/%2e/x", "/x"],
  ["/a/../b", "/b"],
  ["/a\\b", "/a/b"],
])("refuses the base %j, as which no path arrives, and says what to write: %j", (base, write) => {
  const refusal = `base is ${JSON.stringify(base)}, with which no request's path starts; write "${write}".`;
  for (const make of [
    (options: object) => sluiceNode(sluice, options),
    (options: object) => sluiceFetch(sluice, options),
  ]) {
    expect(() => make({ base })).toThrow(TypeError);
    expect(() => make({ base })).toThrow(refusal);
    expect(make({ base: write })).toBeTypeOf("function");
  }
});

it.each(["", "/", "/api", "/api/", "//api", "/a%20b"])("accepts the base %j", (base) => {
  expect(sluiceNode(sluice, { base })).toBeTypeOf("function");
});
