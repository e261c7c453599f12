import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { expect, it } from "vitest";
import { FetchSink } from "../http/fetch-sink.js";
import { serveLanes } from "../test-kit/lanes.test-kit.js";
import { Lifetime } from "../time/lifetime.js";
import type { NumberedLanes } from "./numbered-lanes.js";

const open = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, path: "a" } as const;
const error = { kind: "error", code: "forbidden", message: "No", final: true } as const;

/** A stream that is to have so many lanes, and the frames that it sends. */
function setUp(count: number) {
  const lifetime = new Lifetime();
  const sink = new FetchSink(() => lifetime.end());
  const { stream, add } = serveLanes().begin(sink, lifetime, count);
  const frames: Frame[] = [];
  const decoder = createFrameDecoder((frame) => frames.push(frame));
  const reader = sink.body.getReader();
  const readAll = async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return frames;
      decoder.push(value);
    }
  };
  return { stream, add, lanes: stream.lanes as NumberedLanes, lifetime, readAll };
}

it("a lane that is refused has an `$open` and an `$error`, and a number that no other lane gets", async () => {
  const { lanes, add, readAll } = setUp(3);
  const lifetime = lanes.begin();
  lanes.refuse({ subscription: 1, lifetime, open, error });
  expect([lifetime.over, lanes.size]).toEqual([true, 0]);
  const served = await add("a");
  lanes.refuse({ subscription: 2, lifetime: lanes.begin(), open, error });
  served.finish({ kind: "end" });
  const frames = await readAll();
  const refused = frames.filter((frame) => frame.kind === "error");
  expect(refused).toMatchObject([error, error]);
  for (const { lane } of refused) {
    expect(frames.filter((frame) => "lane" in frame && frame.lane === lane)).toHaveLength(2);
  }
  expect(frames.at(-1)).toEqual({ kind: "end" });
});

it("a stream whose lanes are all refused ends, and not before the last of them", async () => {
  const { lanes, stream, readAll } = setUp(2);
  lanes.refuse({ subscription: 0, lifetime: lanes.begin(), open, error });
  expect(stream.closed).toBe(false);
  lanes.refuse({ subscription: 1, lifetime: lanes.begin(), open, error });
  expect(stream.closed).toBe(true);
  expect((await readAll()).map(({ kind }) => kind)).toEqual(["retry", "open", "error", "open", "error", "end"]);
});

it("what is being opened ends with its stream; what is opened or refused after that is dropped", async () => {
  const { lanes, lifetime, stream } = setUp(2);
  const opening = lanes.begin();
  expect(opening.over).toBe(false);
  lifetime.end();
  expect([opening.over, lanes.begin().over]).toEqual([true, true]);
  lanes.refuse({ subscription: 0, lifetime: opening, open, error });
  expect([stream.closed, lanes.size]).toEqual([true, 0]);
});
