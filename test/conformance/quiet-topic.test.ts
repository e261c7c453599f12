import { expect, it } from "vitest";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import { describeStreams } from "./adapters.js";
import { goal, posts } from "./events.js";
import { open } from "./reader.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

const subscriptions = [
  ["scores/watch", { input: { matchId: "quiet" } }],
  ["feed/head", {}],
] as const;

describeStreams("a subscriber of a topic that nobody has written to", (adapter) => {
  it("is resumed after a cut, not reset, however many other topics were opened in the meantime (PROTOCOL §6.2)", async () => {
    const world = await startWorld(adapter);
    for (const [path, options] of subscriptions) {
      const reader = await (await open(world, path, options)).live();
      const { cursor: lastEventId } = reader;
      reader.destroy();
      await eventually(() => expect(world.log.watchers).toBe(0));
      for (let n = 0; n < 9_000; n++) await headOf(world.log, `${path}?${n}`);
      await (path === "feed/head"
        ? world.topic(world.contract.feed.head).publish(posts(1))
        : world.topic(world.contract.scores.watch, { matchId: "quiet" }).publish(goal("home")));
      const again = await (await open(world, path, { ...options, lastEventId })).live();
      expect(again.names.slice(2)).toEqual([path === "feed/head" ? "post" : "goal", "$live"]);
      again.destroy();
      await eventually(() => expect(world.log.watchers).toBe(0));
    }
    expect(world.sluice.stats()).toMatchObject({ resumes: 2, resets: 0 });
  });
});
