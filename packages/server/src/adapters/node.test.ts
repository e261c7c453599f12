import { defineContract, query } from "@sluice/contract";
import { expect, it } from "vitest";
import { createSluice, implement } from "../index.js";
import { sluiceNode } from "./node.js";

const s = implement(defineContract({ ping: query() }));
const sluice = createSluice(s.$router({ ping: s.ping.handler(() => {}) }));

it.each(["api", "http://localhost/api", "?api"])(
  "refuses the base %j, because no request path can start with it",
  (base) => {
    expect(() => sluiceNode(sluice, { base })).toThrow(`base is "${base}"; allowed is a path such as "/api", or "".`);
  },
);

it.each(["", "/", "/api", "/api/"])("accepts the base %j", (base) => {
  expect(sluiceNode(sluice, { base })).toBeTypeOf("function");
});
