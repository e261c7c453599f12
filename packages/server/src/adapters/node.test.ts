import { defineContract, query } from "@sluice/contract";
import { expect, it } from "vitest";
import { createSluice, implement } from "../index.js";
import { sluiceNode } from "./node.js";

const s = implement(defineContract({ ping: query() }));
const sluice = createSluice(s.router({ ping: s.ping.handler(() => {}) }));

it.each(["api", "http://localhost/api", "?api"])("refuses the base %j, below which it would find nothing", (base) => {
  expect(() => sluiceNode(sluice, { base })).toThrow(`base is "${base}"; allowed is a path such as "/api", or "".`);
});

it.each(["", "/", "/api", "/api/"])("takes the base %j", (base) => {
  expect(sluiceNode(sluice, { base })).toBeTypeOf("function");
});
