import { expect, it } from "vitest";
import { Opening } from "./opening.js";

const now = 1_000;
const of = (tag: string, reason: "forbidden" | "unauthorized" = "forbidden") => ({
  matches: (_topic: string, tags: readonly string[]) => tags.includes(tag),
  reason,
});

it("is refused by a matching revocation that arrives during the opening, and by no other", () => {
  const opening = new Opening();
  opening.revoke(of("user:bob"));
  opening.assertAllowed("feed", { tags: ["user:ann"] }, now);
  opening.revoke(of("user:ann", "unauthorized"));
  expect(() => opening.assertAllowed("feed", { tags: ["user:ann"] }, now)).toThrow(
    expect.objectContaining({ code: "unauthorized" }),
  );
});

it("keeps a thousand revocations and, after more, is unavailable because a dropped one may have matched", () => {
  const opening = new Opening();
  for (let i = 0; i < 1_000; i++) opening.revoke(of(`user:${i}`));
  opening.assertAllowed("feed", {}, now);
  opening.revoke(of("user:ann"));
  expect(() => opening.assertAllowed("feed", { tags: ["user:ann"] }, now)).toThrow(
    expect.objectContaining({ code: "unavailable" }),
  );
});
