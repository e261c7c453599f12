import { describe, expect, test } from "vitest";
import { createResumeTracker } from "./resume-tracker.js";

describe("position", () => {
  test("an event counts once it is committed, and is dropped when it arrives again", () => {
    const position = createResumeTracker();
    expect(position.judge("E.1.a", true)).toBe("new");
    expect(position.cursor).toBeUndefined();
    position.commit();
    expect(position.cursor).toBe("E.1.a");
    expect(position.judge("E.1.a", true)).toBe("applied");
    expect(position.judge("E.0.0", true)).toBe("applied");
    expect(position.judge("E.10.b", true)).toBe("new");
  });

  test("starts from a cursor, whose events count as delivered", () => {
    const position = createResumeTracker("E.5.a");
    expect(position.resumeFrom).toBe("E.5.a");
    position.opened();
    expect(position.judge("E.5.a", true)).toBe("applied");
    expect(position.judge("E.6.b", true)).toBe("new");
  });

  test("epochs aren't compared: another one needs a reset or a snapshot first", () => {
    const position = createResumeTracker();
    position.moveTo("E.5.a", true);
    expect(position.judge("EE.6.a", true)).toBe("foreign");
    position.reset();
    expect(position.cursor).toBe("E.5.a");
    expect(position.judge("F.1.a", true)).toBe("new");
    position.commit();
    expect(position.cursor).toBe("F.1.a");
  });

  test("a reset without a following frame doesn't admit events that were applied", () => {
    const position = createResumeTracker("E.5.a");
    position.opened();
    position.reset();
    position.opened();
    expect(position.judge("E.4.a", true)).toBe("applied");
  });

  test("a generator's own ids are used unchanged, even if they look like cursors", () => {
    const position = createResumeTracker();
    for (const id of ["2026.1.5", "2026.1.4", "chapter-1"]) {
      expect(position.judge(id, false)).toBe("new");
      position.commit();
      expect(position.resumeFrom).toBe(id);
    }
    expect(position.judge(undefined, false)).toBe("new");
    position.commit();
    expect(position.resumeFrom).toBe("chapter-1");
  });

  test.each(["$end", "$once", ""])("%j is no position", (id) => {
    const position = createResumeTracker();
    position.judge(id, false);
    position.commit();
    position.moveTo(id, true);
    expect(position.resumeFrom).toBeUndefined();
    expect(createResumeTracker(id).resumeFrom).toBeUndefined();
  });

  test("moves by $at and $live, never backwards", () => {
    const position = createResumeTracker();
    position.moveTo("E.5.a", true);
    position.moveTo("E.3.a", true);
    position.moveTo(undefined, true);
    expect(position.cursor).toBe("E.5.a");
  });

  test("after a refresh it opens without a cursor until a snapshot, and delivers no event twice", () => {
    const position = createResumeTracker();
    position.swapTo("E.0.0");
    for (const id of ["E.1.a", "E.2.b", "E.3.c"]) {
      position.judge(id, true);
      position.commit();
    }
    position.refresh();
    expect(position).toMatchObject({ cursor: "E.3.c", resumeFrom: undefined, isRefreshing: true });
    position.opened();
    position.swapTo("E.1.a");
    expect(position).toMatchObject({ cursor: "E.1.a", resumeFrom: "E.1.a", isRefreshing: false });
    expect(position.judge("E.2.b", true)).toBe("told");
    position.commit();
    expect(position.judge("E.3.other", true)).toBe("diverged");
    expect(position.judge("E.3.c", true)).toBe("told");
    position.commit();
    expect(position.judge("E.4.d", true)).toBe("new");
  });
});
