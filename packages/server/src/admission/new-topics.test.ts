import { expect, it } from "vitest";
import { NewTopics } from "./new-topics.js";

it("counts each client by itself, and all anew after a minute", () => {
  const topics = new NewTopics(2);
  const start = 1_000_000;
  for (const client of ["ann", "ann", "bob"]) topics.count(client, start);
  expect(() => topics.count("ann", start + 20_000)).toThrow(
    expect.objectContaining({ code: "tooManyRequests", retryAfter: 40_000 }),
  );
  topics.count("bob", start + 20_000);
  expect(() => topics.count("bob", start + 59_999)).toThrow(/new topics/);
  for (const client of ["ann", "bob"]) topics.count(client, start + 60_000);
});

it("holds nobody back when the clock was set back", () => {
  const topics = new NewTopics(1);
  topics.count("ann", 10_000_000);
  topics.count("ann", 1_000_000);
});

it("remembers those who opened last, so that ever new names of clients take no memory without end", () => {
  const topics = new NewTopics(1);
  topics.count("ann", 0);
  for (let i = 1; i < 10_000; i++) topics.count(`client ${i}`, 0);
  expect(() => topics.count("ann", 0)).toThrow(/new topics/);
  topics.count("one more", 0);
  topics.count("ann", 0);
});
