import { EventSource } from "eventsource";
import { describe, onTestFinished } from "vitest";
import { distinctAdapters } from "./adapters.js";
import { eventSourceCases, type Seen } from "./event-source.js";

describe.each(distinctAdapters)("the npm package eventsource, over $name", (adapter) => {
  eventSourceCases(adapter, async (url, types) => {
    const source = new EventSource(url);
    onTestFinished(() => source.close());
    const seen: Seen[] = [];
    for (const type of types) {
      source.addEventListener(type, ({ data, lastEventId }) => seen.push({ type, data, lastEventId }));
    }
    return { seen, closed: () => source.readyState === source.CLOSED };
  });
});
