import { encodeFrame } from "@sluice/contract/wire";
import { describe, expect, it, vi } from "vitest";
import { Lifetime } from "../time/lifetime.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { TurnEnd } from "../time/turn-end.js";
import { Counters } from "../topic/counters.js";
import { SharedBytes } from "../topic/shared-bytes.js";
import { decodeUtf8 } from "../topic/utf8.js";
import { EventStream } from "./event-stream.js";
import { PlainLane } from "./plain-lane.js";

const at = (id: string) => ({ kind: "at", id }) as const;

function setUp({
  isFull = false,
  expiresAt = Number.POSITIVE_INFINITY,
  streamLife = 3_600_000,
  resumable = true,
} = {}) {
  const clock = new ManualClock();
  const lifetime = new Lifetime();
  const written: string[] = [];
  const ends: string[] = [];
  let drain = () => {};
  const sink = {
    isFull,
    write(text: string) {
      written.push(text);
      return !sink.isFull;
    },
    writeShared: ({ plain }: SharedBytes) => sink.write(decodeUtf8(plain)),
    end: () => void ends.push("end"),
    destroy: () => void ends.push("destroy"),
    onDrain(listener: () => void) {
      drain = listener;
    },
  };
  const connections = new Set<EventStream>();
  const settings = {
    wheel: new TimerWheel(clock),
    heartbeat: 1_000,
    retry: 700,
    stallTimeout: 5_000,
    limits: { streamLife, bufferedBytes: 65_536 },
    open: connections,
    turnEnd: new TurnEnd(),
    onError: (error: unknown) => expect.unreachable(String(error)),
    counters: new Counters(),
  };
  const source = {
    topic: "x",
    context: {},
    resumable,
    open: (heartbeat: number) => ({ kind: "open", stream: "live", heartbeat, resumable }) as const,
    start: () => {},
    pull: vi.fn(),
  };
  const stream = new EventStream(sink, lifetime, settings, resumable);
  const lane = new PlainLane(stream, source, expiresAt);
  return { clock, lifetime, written, ends, sink, source, stream, lane, connections, drain: () => drain() };
}

describe("an event stream", () => {
  it("sends a heartbeat after an interval without writes, and not before", () => {
    const { clock, stream, lane, written } = setUp();
    clock.advance(750);
    stream.write("x", lane);
    clock.advance(750);
    expect(written).toEqual(["x"]);
    clock.advance(500);
    expect(written).toEqual(["x", ": \n\n"]);
  });

  it("writes corked text in one piece, before the shared bytes that follow", () => {
    const { lane, written } = setUp();
    lane.cork();
    lane.send(at("a"));
    lane.send(at("b"));
    expect(written).toEqual([]);
    lane.sendShared(new SharedBytes("c"));
    expect(written).toEqual([encodeFrame(at("a")) + encodeFrame(at("b")), "c"]);
  });

  it("writes nothing after its end, also if the authorisation expires between corked text and what follows", () => {
    const { clock, lane, written, ends } = setUp({ expiresAt: 1_000 });
    lane.cork();
    lane.send(at("a"));
    const looks = [999, 1_000];
    clock.now = () => looks.shift() ?? 1_000;
    lane.sendShared(new SharedBytes("b"));
    expect([written, ends]).toEqual([[encodeFrame(at("a")), expect.stringContaining("unauthorized")], ["end"]]);
  });

  it("cuts a client whose full socket takes nothing for the stall timeout", () => {
    const { clock, stream, lane, ends, sink } = setUp();
    sink.isFull = true;
    expect(stream.write("x", lane)).toBe(false);
    clock.advance(4_750);
    expect(ends).toEqual([]);
    clock.advance(500);
    expect(ends).toEqual(["destroy"]);
    expect(stream.closed).toBe(true);
  });

  it("keeps a client whose socket drains in time, and pulls the lane", () => {
    const { clock, stream, lane, ends, sink, source, drain } = setUp();
    sink.isFull = true;
    stream.write("x", lane);
    clock.advance(4_000);
    expect(source.pull).not.toHaveBeenCalled();
    sink.isFull = false;
    drain();
    expect(source.pull).toHaveBeenCalledExactlyOnceWith(65_536);
    expect(stream.full).toBe(false);
    clock.advance(4_000);
    expect(ends).toEqual([]);
  });

  it("sends no heartbeat into a full socket", () => {
    const { clock, stream, lane, written, sink } = setUp();
    sink.isFull = true;
    stream.write("x", lane);
    clock.advance(3_000);
    expect(written).toEqual(["x"]);
  });

  it("writes no corked text after a revocation", () => {
    const { stream, lane, written, ends } = setUp();
    lane.cork();
    lane.send(at("held-back"));
    lane.revoke("forbidden", "Revoked", { isFinal: true });
    expect(written).toEqual([
      'id: $end\nevent: $error\ndata: {"code":"forbidden","message":"Revoked","final":true}\n\n',
    ]);
    expect([ends, stream.closed]).toEqual([["end"], true]);
  });

  it("destroys the socket if it ends while full and the socket does not drain within the stall timeout", () => {
    for (const drains of [false, true]) {
      const { clock, stream, lane, ends, sink, drain } = setUp();
      sink.isFull = true;
      stream.write("x", lane);
      lane.revoke("forbidden", "Revoked", { isFinal: true });
      clock.advance(4_750);
      if (drains) drain();
      clock.advance(500);
      expect([ends, clock.timers]).toEqual([drains ? ["end"] : ["end", "destroy"], 0]);
    }
  });

  it("leaves no timer and no entry in the list of open streams", () => {
    const { clock, stream, lane, connections, lifetime, sink } = setUp();
    connections.add(stream);
    sink.isFull = true;
    stream.write("x", lane);
    lifetime.end();
    expect([clock.timers, connections.size, stream.write("y", lane)]).toEqual([0, 0, false]);
  });

  it("asks the client to reopen after 80 to 100 % of its life, continues heartbeats, and cuts a client that stays", () => {
    const { clock, stream, lane, written, ends } = setUp({ streamLife: 60_000 });
    const drains = () => written.filter((text) => text.includes("$drain"));
    lane.start();
    clock.advance(47_750);
    expect(drains()).toEqual([]);
    while (clock.now() < 60_250 && drains().length === 0) clock.advance(250);
    expect(drains()).toEqual([expect.stringMatching(/^retry: (\d{1,3}|1000)\nevent: \$drain\n/)]);
    written.length = 0;
    clock.advance(4_750);
    expect([written, ends]).toEqual([Array(4).fill(": \n\n"), []]);
    clock.advance(500);
    expect([ends, drains(), stream.closed]).toEqual([["end"], [], true]);
  });

  it("does so also while it always has something to write, or a full socket", () => {
    const busy = setUp({ streamLife: 60_000 });
    for (let i = 0; i < 121; i++) {
      busy.clock.advance(500);
      busy.lane.send(at("x"));
    }
    expect(busy.written.some((text) => text.includes("$drain"))).toBe(true);
    const full = setUp({ streamLife: 4_000, isFull: true });
    full.lane.send(at("x"));
    full.clock.advance(4_250);
    expect(full.written.some((text) => text.includes("$drain"))).toBe(true);
    full.clock.advance(5_250);
    expect(full.ends).toEqual(["destroy"]);
  });

  it("does not end together with streams that opened at the same time", () => {
    const ends = Array.from({ length: 20 }, () => {
      const { clock, written } = setUp({ streamLife: 3_600_000 });
      while (clock.now() < 3_700_000 && !written.some((text) => text.includes("$drain"))) clock.advance(10_000);
      return clock.now();
    });
    expect(new Set(ends).size).toBeGreaterThan(5);
  });

  it("has no limited life if the client cannot resume after a cut", () => {
    const { clock, written } = setUp({ streamLife: 60_000, resumable: false });
    clock.advance(600_000);
    expect(written.every((text) => text === ": \n\n")).toBe(true);
  });

  it("writes nothing if its lifetime ended before the start", () => {
    const { lane, lifetime, written } = setUp();
    lifetime.end();
    lane.start();
    expect(written).toEqual([]);
  });
});

describe("a lifetime", () => {
  it("notifies each listener once, late ones at once, and aborts the signal whenever it is first used", () => {
    const lifetime = new Lifetime();
    const early = lifetime.signal;
    let calls = 0;
    lifetime.watch({ onEnd: () => calls++ });
    lifetime.end();
    lifetime.end();
    lifetime.watch({ onEnd: () => calls++ });
    expect([calls, early.aborted, lifetime.signal.aborted, lifetime.signal]).toEqual([2, true, true, early]);
    const late = new Lifetime();
    late.end();
    expect(late.signal.aborted).toBe(true);
  });
});

describe("text that is too long for one write", () => {
  const long = `data: ${"x".repeat(3 * 64 * 1024)}\n\n`;

  it("keeps a client that takes a piece now and then, as long as that takes", () => {
    const { clock, stream, lane, written, ends, sink, drain } = setUp({ isFull: true });
    expect(stream.write(long, lane)).toBe(false);
    for (let piece = 1; piece < 4; piece++) {
      expect(written).toHaveLength(piece);
      clock.advance(4_500);
      drain();
    }
    expect(written.join("")).toBe(long);
    expect(ends).toEqual([]);
    sink.isFull = false;
    drain();
    expect(stream.full).toBe(false);
  });

  it.each(["text", "shared bytes"])("cuts a client that takes nothing within the stall timeout: %s", (kind) => {
    const { clock, stream, lane, ends, drain } = setUp({ isFull: true });
    if (kind === "text") stream.write(long, lane);
    else stream.writeShared(new SharedBytes(long), lane);
    clock.advance(4_000);
    drain();
    clock.advance(4_750);
    expect(ends).toEqual([]);
    clock.advance(500);
    expect(ends).toEqual(["destroy"]);
  });

  it("delays what follows, and the end of the stream, until it is written", () => {
    const { stream, lane, written, ends, drain } = setUp({ isFull: true });
    stream.write(long, lane);
    stream.drain();
    lane.finish({ kind: "end" });
    for (let turn = 0; turn < 10; turn++) drain();
    expect(written.join("")).toMatch(
      /^data: x+\n\nretry: \d+\nevent: \$drain\ndata: .*\n\nid: \$end\nevent: \$end\ndata: \{\}\n\n$/,
    );
    expect(ends).toEqual(["end"]);
  });

  it("lets an ended stream finish while the client takes some of it, and no longer", () => {
    const { clock, stream, lane, ends, drain } = setUp({ isFull: true });
    stream.write(long, lane);
    lane.finish({ kind: "end" });
    clock.advance(4_000);
    drain();
    clock.advance(4_000);
    expect(ends).toEqual([]);
    clock.advance(1_500);
    expect(ends).toEqual(["destroy"]);
  });

  it("sends only the rest of a half-written frame before a revocation's error", () => {
    const { stream, lane, written, drain } = setUp({ isFull: true });
    stream.write(`${long}data: later\n\n`, lane);
    lane.revoke("forbidden", "revoked", { isFinal: true });
    for (let turn = 0; turn < 10; turn++) drain();
    expect(written.join("")).toMatch(/^data: x+\n\nid: \$end\nevent: \$error\n/);
    expect(written.join("")).not.toContain("later");
  });

  it("is dropped when the client leaves", () => {
    const { stream, lane, lifetime, written, drain } = setUp({ isFull: true });
    stream.write(long, lane);
    lifetime.end();
    drain();
    expect(written).toHaveLength(1);
  });
});
