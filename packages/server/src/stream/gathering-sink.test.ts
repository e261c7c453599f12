import { expect, it } from "vitest";
import { TurnEnd } from "../time/turn-end.js";
import { SharedBytes } from "../topic/shared-bytes.js";
import { decodeUtf8 } from "../topic/utf8.js";
import { GatheringSink } from "./gathering-sink.js";
import { joinPieces } from "./join-pieces.js";
import type { Piece } from "./sink.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const shared = (text: string) => new SharedBytes(text);

function setUp(turnEnd = new TurnEnd()) {
  const writes: string[] = [];
  const ends: string[] = [];
  const errors: unknown[] = [];
  let drained = () => {};
  const body = {
    isFull: false,
    fault: undefined as Error | undefined,
    write(frames: string | Uint8Array) {
      if (body.fault) throw body.fault;
      writes.push(typeof frames === "string" ? frames : decodeUtf8(frames));
      return !body.isFull;
    },
    writeShared: ({ plain }: SharedBytes) => body.write(plain),
    writeTogether(pieces: readonly Piece[]) {
      return body.write(joinPieces(pieces));
    },
    end: () => void ends.push("end"),
    destroy: () => void ends.push("destroy"),
    onDrain(listener: () => void) {
      drained = listener;
    },
  };
  const wheel = { now: 3 };
  const limits = { bufferedBytes: 1_000 };
  const sink = new GatheringSink(body, { turnEnd, wheel, limits, onError: (error) => errors.push(error) });
  let fills = 0;
  sink.whenFull(() => {
    fills++;
    sink.onDrain(() => {});
  });
  return { sink, body, wheel, writes, ends, errors, fills: () => fills, drained: () => drained() };
}

it("writes what a turn brings in one piece after the turn, in order", async () => {
  const { sink, wheel, writes } = setUp();
  sink.write("a");
  sink.takeShared(shared("b"));
  sink.takeShared(shared("c"));
  sink.write("d");
  sink.write("e");
  expect(writes).toEqual([]);
  wheel.now = 4;
  await turn();
  expect([writes, sink.writtenAt]).toEqual([["abcde"], 4]);
  sink.takeShared(shared("f"));
  await turn();
  await turn();
  expect(writes).toEqual(["abcde", "f"]);
});

it("writes at once what exceeds its limit, and long pieces after what came before them", async () => {
  const { sink, writes } = setUp();
  const long = "x".repeat(600);
  sink.takeShared(shared(long));
  expect(writes).toEqual([]);
  sink.takeShared(shared(long));
  expect(writes).toEqual([long + long]);
  sink.write("a");
  sink.write(shared("piece").plain);
  sink.write("b");
  expect(writes).toEqual([long + long, "a", "piece"]);
  await turn();
  expect(writes).toEqual([long + long, "a", "piece", "b"]);
});

it("takes no shared bytes while its socket is full, and still writes what is urgent", async () => {
  const { sink, body, writes, fills, drained } = setUp();
  body.isFull = true;
  sink.takeShared(shared("a"));
  expect(sink.direct()).toBe(sink);
  await turn();
  expect([fills(), sink.direct(), sink.takeShared(shared("lost"))]).toEqual([1, undefined, false]);
  expect(sink.write("urgent")).toBe(false);
  await turn();
  expect([writes, fills()]).toEqual([["a", "urgent"], 1]);
  body.isFull = false;
  drained();
  expect([sink.direct(), sink.takeShared(shared("b"))]).toEqual([sink, true]);
  await turn();
  expect(writes).toEqual(["a", "urgent", "b"]);
});

it("writes what it has before it ends, and drops it if the client is gone", async () => {
  const [ended, left] = [setUp(), setUp()];
  for (const { sink } of [ended, left]) sink.write("a");
  ended.sink.end();
  left.sink.discard();
  await turn();
  expect([ended.writes, ended.ends, left.writes, left.sink.takeShared(shared("b"))]).toEqual([
    ["a"],
    ["end"],
    [],
    false,
  ]);
});

it("a write that throws destroys its own stream and is reported; the others of the turn get theirs", async () => {
  const turnEnd = new TurnEnd();
  const streams = [setUp(turnEnd), setUp(turnEnd), setUp(turnEnd)];
  const fault = new Error("wrapped");
  for (const { sink } of streams) sink.takeShared(shared("a"));
  (streams[1] as (typeof streams)[1]).body.fault = fault;
  await turn();
  expect(streams.map(({ writes }) => writes)).toEqual([["a"], [], ["a"]]);
  expect(streams.map(({ ends }) => ends)).toEqual([[], ["destroy"], []]);
  expect(streams.map(({ errors }) => errors)).toEqual([[], [fault], []]);
});
