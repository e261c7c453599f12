import { expect, it } from "vitest";
import { Opening } from "./opening.js";

const now = 1_000;
const of = (tag: string, reason: "forbidden" | "unauthorized" = "forbidden") => ({
  isMeant: (_topic: string, tags: readonly string[]) => tags.includes(tag),
  reason,
});

it("is refused by what was revoked while it was on its way, and by nothing else", () => {
  const opening = new Opening();
  opening.revoke(of("user:bob"));
  opening.assertAllowed("feed", { tags: ["user:ann"] }, now);
  opening.revoke(of("user:ann", "unauthorized"));
  expect(() => opening.assertAllowed("feed", { tags: ["user:ann"] }, now)).toThrow(
    expect.objectContaining({ code: "unauthorized" }),
  );
});

it("keeps a thousand revocations and, as another may have been meant for it, has to come again after more", () => {
  const opening = new Opening();
  for (let i = 0; i < 1_000; i++) opening.revoke(of(`user:${i}`));
  opening.assertAllowed("feed", {}, now);
  opening.revoke(of("user:ann"));
  expect(() => opening.assertAllowed("feed", { tags: ["user:ann"] }, now)).toThrow(
    expect.objectContaining({ code: "unavailable" }),
  );
});
