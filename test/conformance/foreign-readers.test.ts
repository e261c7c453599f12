import { createEventSource } from "eventsource-client";
import launchDarkly from "launchdarkly-eventsource";
import { describe, expect, it, onTestFinished } from "vitest";
import { adapters } from "./adapters.js";
import { eventSourceCases, type OpenSource, type Seen } from "./event-source.js";
import { postedKind, startKinds } from "./kinds.js";
import { eventually } from "./within.js";

const post = { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } };

const readers: { name: string; openWith: (options: typeof post | object) => OpenSource }[] = [
  {
    name: "eventsource-client",
    openWith: (options) => async (url) => {
      const seen: Seen[] = [];
      const source = createEventSource({
        url,
        ...options,
        onMessage: ({ event = "message", data }) =>
          seen.push({ type: event, data, lastEventId: source.lastEventId ?? "" }),
      });
      onTestFinished(() => source.close());
      return { seen, closed: () => source.readyState === "closed" };
    },
  },
  {
    name: "launchdarkly-eventsource",
    openWith: (options) => async (url, types) => {
      const seen: Seen[] = [];
      const source = new launchDarkly.EventSource(url, options);
      onTestFinished(() => source.close());
      for (const type of types) {
        source.addEventListener(type, ({ data, lastEventId }) => seen.push({ type, data, lastEventId }));
      }
      source.addEventListener("error", () => {}); // it throws without a listener
      return { seen, closed: () => source.readyState === 2 };
    },
  },
];

// The stream's code is the same, so two adapters are enough.
const tried = adapters.filter(({ name }) => name === "express 4" || name === "node");

describe.each(readers)("the npm package $name", ({ openWith }) => {
  describe.each(tried)("over $name", (adapter) => {
    // Both stop at a 204, and therefore at `$end` and final errors.
    eventSourceCases(adapter, openWith({}));

    it("reads a subscription that accepts only POST, and resumes where it was cut (PROTOCOL §2.1, §13)", async () => {
      const world = await startKinds(adapter);
      const types = ["$open", "$live", postedKind.type];
      const source = await openWith(post)(`${world.url}/${postedKind.path}`, types);
      const events = () =>
        source.seen.filter(({ type }) => type === postedKind.type).map(({ data }) => JSON.parse(data));
      const opened = (times: number) =>
        eventually(() => expect(source.seen.filter(({ type }) => type === "$live")).toHaveLength(times));
      await opened(1);
      await postedKind.happen(world, 1);
      await eventually(() => expect(events()).toHaveLength(1));
      world.server.closeAllConnections();
      await postedKind.happen(world, 2);
      await opened(2);
      await postedKind.happen(world, 3);
      await eventually(() => expect(events()).toEqual([1, 2, 3].map((n) => ({ n }))));
    });
  });
});
