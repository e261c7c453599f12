import { expect, it } from "vitest";
import { NewTopics } from "./new-topics.js";

it("counts each client separately, and starts again after a minute", () => {
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

it("refuses nobody after the clock was set back", () => {
  const topics = new NewTopics(1);
  topics.count("ann", 10_000_000);
  topics.count("ann", 1_000_000);
});

it("counts only the clients seen last, so that new client names cost no unlimited memory", () => {
  const topics = new NewTopics(1);
  topics.count("ann", 0);
  for (let i = 1; i < 10_000; i++) topics.count(`client ${i}`, 0);
  expect(() => topics.count("ann", 0)).toThrow(/new topics/);
  topics.count("one more", 0);
  topics.count("ann", 0);
});
