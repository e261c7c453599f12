import { describe, expect, it } from "vitest";
import { hello, read, setUp, turns } from "../test-kit/resumable.test-kit.js";

describe("a resumable generator", () => {
  it("runs once, however many attach, and gives all of them all of it", async () => {
    const world = setUp();
    const first = read(world);
    await world.steps(2);
    const second = read(world);
    await world.steps(3);
    await Promise.all([first.done, second.done]);
    expect([first.text(), second.text(), world.starts]).toEqual(["hello", "hello", ["hello"]]);
    const late = read(world);
    await late.done;
    expect([late.text(), world.starts]).toEqual(["hello", ["hello"]]);
  });

  it("goes on without its subscribers, and one that comes back goes on where it was", async () => {
    const world = setUp();
    const first = read(world);
    await world.steps(2);
    first.stop();
    await world.steps(2);
    const again = read(world, hello, first.events.at(-1)?.id);
    await world.steps(1);
    await again.done;
    expect([first.text(), again.text(), world.starts]).toEqual(["he", "llo", ["hello"]]);
  });

  it("starts once when many come at the same moment", async () => {
    const world = setUp();
    const all = Array.from({ length: 5 }, () => read(world));
    await world.steps(5);
    await Promise.all(all.map(({ done }) => done));
    expect(world.starts).toEqual(["hello"]);
    expect(new Set(all.map(({ text }) => text()))).toEqual(new Set(["hello"]));
  });

  it("refuses another input for the same key, while it runs and when it is over", async () => {
    const world = setUp();
    const first = read(world);
    await world.steps(1);
    const other = { ...hello, prompt: "other" };
    await expect(read(world, other).done).rejects.toMatchObject({ code: "conflict", status: 409 });
    await world.steps(4);
    await first.done;
    await expect(read(world, other).done).rejects.toMatchObject({ code: "conflict", status: 409 });
    expect(world.starts).toEqual(["hello"]);
  });

  it("ends as interrupted when nobody came back in time, and tells who comes later", async () => {
    const world = setUp();
    const first = read(world);
    await world.steps(1);
    first.stop();
    await world.steps(1);
    world.clock.advance(9_000);
    expect(world.isAborted()).toBe(false);
    world.clock.advance(1_500);
    await turns();
    expect(world.isAborted()).toBe(true);
    await world.steps(1);
    const late = read(world);
    await expect(late.done).rejects.toMatchObject({ code: "interrupted" });
    expect(late.text()).toBe("he");
  });

  it("is not abandoned while somebody is attached", async () => {
    const world = setUp();
    const first = read(world);
    await world.steps(1);
    first.stop();
    await world.steps(1);
    world.clock.advance(9_000);
    const again = read(world);
    await world.steps(1);
    world.clock.advance(60_000);
    expect(world.isAborted()).toBe(false);
    await world.steps(2);
    await again.done;
    expect(again.text()).toBe("hello");
    expect(world.clock.timers).toBe(0);
  });

  it("makes the error that it throws part of the log, and tells nothing of the inside", async () => {
    const declared = setUp({ fail: "declared" });
    const first = read(declared, { ...hello, prompt: "x" });
    await declared.steps(1);
    await expect(first.done).rejects.toMatchObject({ code: "refused", data: { why: "enough" } });
    await expect(read(declared, { ...hello, prompt: "x" }).done).rejects.toMatchObject({ code: "refused" });

    const broken = setUp({ fail: "bug" });
    const second = read(broken, { ...hello, prompt: "x" });
    await broken.steps(1);
    await expect(second.done).rejects.toMatchObject({ code: "internal", message: "Internal error" });
    expect(broken.errors).toMatchObject([{ message: "secret" }]);
  });

  it("is not started for a cursor of a history that is lost", async () => {
    const lost = setUp();
    const first = read(lost);
    await lost.steps(2);
    const fresh = setUp();
    const resumed = read(fresh, hello, first.events.at(-1)?.id);
    await expect(resumed.done).rejects.toMatchObject({ code: "gap" });
    expect(fresh.starts).toEqual([]);
  });

  it("goes on for others when the one who started it is revoked", async () => {
    const world = setUp();
    const starter = read(world, hello, undefined, ["ann"]);
    await world.steps(2);
    const other = read(world, hello, undefined, ["bob"]);
    await world.steps(1);
    expect(await world.sluice.disconnect({ tag: "ann" })).toEqual({ ended: 1 });
    await expect(starter.done).rejects.toMatchObject({ code: "forbidden" });
    await world.steps(2);
    await other.done;
    expect([starter.text(), other.text(), world.isAborted()]).toEqual(["hel", "hello", true]);
    expect(world.starts).toEqual(["hello"]);
  });

  it("ends with the server's drain", async () => {
    const world = setUp();
    const first = read(world);
    await world.steps(1);
    await world.sluice.drain();
    await first.done;
    const again = read(setUp({ log: world.log }), hello, first.events[0]?.id);
    await expect(again.done).rejects.toMatchObject({ code: "interrupted" });
  });
});
