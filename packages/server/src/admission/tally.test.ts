import { expect, it } from "vitest";
import { Lifetime } from "../time/lifetime.js";
import { Tally } from "./tally.js";

it("counts what each client has, until it ends, and keeps nothing of a client that has nothing", () => {
  const tally = new Tally();
  const [first, second, other] = [new Lifetime(), new Lifetime(), new Lifetime()];
  tally.count("ann", first);
  tally.count("ann", second);
  tally.count("bob", other);
  expect([tally.of("ann"), tally.of("bob"), tally.of("cid")]).toEqual([2, 1, 0]);
  first.end();
  other.end();
  expect([...tally]).toEqual([["ann", 1]]);
  tally.count("ann", other); // it has ended before
  second.end();
  expect([...tally]).toEqual([]);
});
